{{ config(materialized='table', post_hook="insert into {{ target.schema }}.seen select 'dropped first'") }}
select 1 as id
