{{ config(
    post_hook="insert into {{ target.schema }}.maintenance_log (job) select 'orders of ' || max(ordered_at) from {{ this }}"
) }}

select
    order_id,
    customer_id,
    ordered_at,
    order_total,
    status
from {{ ref('raw_orders') }}
