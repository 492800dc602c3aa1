{{ config(unique_key='id', incremental_strategy='delete+insert', post_hook="insert into {{ target.schema }}.seen select 'keyed', 1 from {{ this }}") }}
select id, amount from {{ target.schema }}.arrivals
