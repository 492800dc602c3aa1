{{ config(
    materialized='incremental',
    post_hook="create index if not exists orders_by_customer on {{ this }} (customer_id)"
) }}

select 1 as order_id, 2 as customer_id
