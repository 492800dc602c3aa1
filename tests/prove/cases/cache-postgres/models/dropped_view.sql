{{ config(materialized='view', post_hook="insert into {{ target.schema }}.seen select 'dropped view'") }}
select 1 as id
