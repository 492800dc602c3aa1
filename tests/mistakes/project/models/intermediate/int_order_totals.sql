{{ config(materialized='ephemeral') }}

select
    customer_id,
    count(*) as orders,
    sum(order_total) as total
from {{ ref('stg_orders') }}
where status <> 'cancelled'
group by customer_id
