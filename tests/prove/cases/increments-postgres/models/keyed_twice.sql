{{ config(unique_key=['id', 'amount'], post_hook="insert into {{ target.schema }}.seen select 'keyed twice', 1 from {{ this }}") }}
select id, amount from {{ target.schema }}.arrivals
