{{ config(materialized='incremental', post_hook="{% if not is_incremental() %}create view {{ target.schema }}.over_once as select id from {{ this }}{% endif %}") }}
select id from {{ target.schema }}.arrivals
