{{ config(materialized='table') }}
select order_id, amount from {{ ref('orders') }}
