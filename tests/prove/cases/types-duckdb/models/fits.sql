{{ config(materialized='table', post_hook="insert into {{ target.schema }}.typed (id, small, amount, ok) values (1, 'abc', 12.345, true)") }}
select 1 as id
