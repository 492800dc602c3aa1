{{ config(materialized='table', pre_hook="drop table if exists {{ this }}", post_hook="insert into {{ target.schema }}.seen select 'dropped before'") }}
select 1 as id
