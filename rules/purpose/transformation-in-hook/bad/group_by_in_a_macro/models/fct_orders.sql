{{ config(materialized='table', post_hook="{{ add_daily_revenue() }}") }}

select 1 as order_id, current_date as order_date, 10 as amount
