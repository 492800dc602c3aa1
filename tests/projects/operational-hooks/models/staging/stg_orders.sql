SELECT
    order_id,
    customer_id,
    ordered_at,
    order_total
FROM {{ ref('raw_orders') }}
