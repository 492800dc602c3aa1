{{ config(unique_key='id', incremental_strategy='merge', merge_exclude_columns=['amount'], post_hook="insert into {{ target.schema }}.seen select 'kept', 1 from {{ this }} where amount = 10") }}
select id, max(amount) as amount from {{ target.schema }}.arrivals group by id
