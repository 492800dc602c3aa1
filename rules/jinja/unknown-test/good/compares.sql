{{ config(
    materialized='table',
    post_hook="{% if 'a' is string and 2 is divisibleby 2 and 1 is lt 2 %}analyze {{ this }}{% endif %}"
) }}

select 1 as order_id
