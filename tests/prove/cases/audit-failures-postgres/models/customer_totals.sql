{{ config(materialized='table') }}
select c.customer_id, c.name, sum(o.amount) as total
from {{ ref('customers') }} c join {{ ref('stg_orders') }} o on o.customer_id = c.customer_id
group by 1, 2
