{{ config(materialized='incremental', pre_hook="drop table if exists {{ this }}", post_hook="insert into {{ target.schema }}.seen select 'dropped increment'") }}
select 1 as id
