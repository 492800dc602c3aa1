{{ config(
    materialized='table',
    post_hook="{% if this is not none and readers is not defined %}analyze {{ this }}{% endif %}"
) }}

select 1 as order_id
