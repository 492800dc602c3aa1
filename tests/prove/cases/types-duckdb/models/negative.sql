{{ config(materialized='table', post_hook="insert into {{ target.schema }}.typed (id, amount) values (3, -1)") }}
select 1 as id
