{{ config(post_hook="insert into {{ target.schema }}.seen select 'plain', 1 from {{ this }}") }}
select id, amount from {{ target.schema }}.arrivals
