{{ config(materialized='table', post_hook=«share») }}

select 1 as order_id
