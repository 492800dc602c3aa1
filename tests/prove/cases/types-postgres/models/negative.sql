{{ config(materialized='table', post_hook="insert into {{ target.schema }}.typed values (3, 'a', -1, true)") }}
select 1 as id
