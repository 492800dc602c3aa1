{{ config(
    materialized='table',
    post_hook="{% if var('keep_days', 30) == '30' or env_var('DAYS', '30') == '7' %}analyze {{ this }}{% endif %}"
) }}

select 1 as order_id
