{{ config(
    materialized='table',
    post_hook="grant select on {{ this }} to reporter"
) }}

select order_id from raw_orders
{% if is_incremental() %}where order_id > (select max(order_id) from {{ this }}){% endif %}
