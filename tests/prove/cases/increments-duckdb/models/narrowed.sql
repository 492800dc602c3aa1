{{ config(post_hook=["alter table {{ this }} drop column if exists amount"]) }}
select id, amount from {{ target.schema }}.arrivals
