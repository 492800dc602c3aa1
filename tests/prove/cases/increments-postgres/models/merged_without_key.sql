{{ config(incremental_strategy='merge', post_hook="insert into {{ target.schema }}.seen select 'merged without key', 1 from {{ this }}") }}
select id, amount from {{ target.schema }}.arrivals
