{{ config(materialized='table', post_hook="insert into {{ target.schema }}.typed values (1, 'a', 1, true, now(), 6)") }}
select 1 as id
