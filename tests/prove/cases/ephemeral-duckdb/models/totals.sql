{{ config(materialized='table') }}
select customer_id, sum(amount) as amount from {{ ref('filtered') }} group by 1
