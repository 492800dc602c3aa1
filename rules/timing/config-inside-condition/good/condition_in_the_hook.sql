{{ config(
    materialized='table',
    post_hook="{% if is_incremental() %}analyze {{ this }}{% endif %}"
) }}

select 1 as order_id
