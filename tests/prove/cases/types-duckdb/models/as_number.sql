{{ config(materialized='table', post_hook="insert into {{ target.schema }}.typed (id, ok) values ('5', 1)") }}
select 1 as id
