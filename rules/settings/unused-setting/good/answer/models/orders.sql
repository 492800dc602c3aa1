{{ config(materialized='incremental', post_hook="{% if is_incremental() %}analyze {{ this }}{% endif %}") }}
select 1 as id
