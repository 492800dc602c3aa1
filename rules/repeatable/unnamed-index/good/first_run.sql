{{ config(
    materialized='incremental',
    post_hook="{% if not is_incremental() %}create index on {{ this }} (order_id){% endif %}"
) }}

select 1 as order_id
