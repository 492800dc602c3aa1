{{ config(
    materialized='table',
    post_hook="«create unique index orders_by_id on {{ this }} (order_id)»"
) }}

select 1 as order_id
