{{ config(materialized='table', post_hook="insert into {{ target.schema }}.typed values (2, 'abcd', 1, true)") }}
select 1 as id
