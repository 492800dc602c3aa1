{{ config(unique_key='id', incremental_strategy='merge', post_hook=["alter table {{ this }} add column if not exists loaded_at timestamp"]) }}
select id, max(amount) as amount from {{ target.schema }}.arrivals group by id
