{{ config(materialized='table', post_hook="insert into {{ target.schema }}.seen select 'made first'") }}
select 1 as id
