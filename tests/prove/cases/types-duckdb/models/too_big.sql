{{ config(materialized='table', post_hook="insert into {{ target.schema }}.typed (id, amount) values (6, 123456)") }}
select 1 as id
