{{ config(
    materialized='table',
    post_hook=[
        "grant select on {{ this }} to reporter",
        "comment on table {{ this }} is 'One row a customer, built by dbt'",
        "create index on {{ this }} (customer_id)"
    ]
) }}

select
    c.customer_id,
    c.customer_name,
    c.country,
    coalesce(t.orders, 0) as orders,
    coalesce(t.total, 0) as total
from {{ ref('stg_customers') }} as c
left join {{ ref('int_order_totals') }} as t on t.customer_id = c.customer_id
