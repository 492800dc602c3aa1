{{ config(materialized='table', post_hook="insert into {{ target.schema }}.typed values (1, 'a')") }}
select 1 as id
