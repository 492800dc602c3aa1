{{ config(
    materialized='table',
    post_hook="{% if target.type == 'snowflake' %}alter warehouse {{ target.warehouse }} suspend{% else %}analyze {{ this }}{% endif %}"
) }}

select 1 as order_id
