{{ config(materialized='materialized_view', post_hook="create unique index if not exists totals_customer on {{ this }} (customer_id)") }}
select customer_id, sum(amount) as total from {{ ref('orders') }} group by 1
