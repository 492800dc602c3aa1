{{ config(materialized='incremental', full_refresh=false, post_hook="{% if not is_incremental() %}create view {{ target.schema }}.over_kept as select id from {{ this }}{% endif %}") }}
select id from {{ target.schema }}.arrivals
