{{ config(
    materialized='table',
    post_hook="{% if execute %}{{ validate_orders() }}{% endif %}"
) }}

select 1 as order_id, 10 as amount
