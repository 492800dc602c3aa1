{{ config(
    materialized='table',
    post_hook="create index on {{ this }} (customer_id)"
) }}

select 1 as order_id, 2 as customer_id
