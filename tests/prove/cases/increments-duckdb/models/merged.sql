{{ config(unique_key='id', incremental_strategy='merge', post_hook="insert into {{ target.schema }}.seen select 'merged', 1 from {{ this }}") }}
select id, max(amount) as amount from {{ target.schema }}.arrivals group by id
