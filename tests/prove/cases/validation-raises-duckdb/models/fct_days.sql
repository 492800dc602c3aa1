{{ config(materialized='table', post_hook="{{ must_hold(this, 'orders > 0', 'Empty days:') }}") }}
select ordered_at, count(*) as orders, sum(amount) as amount from {{ ref('fct_orders') }} group by 1
