{{ config(materialized='table', post_hook="vacuum analyze {{ this }}") }}
select order_id from {{ ref('orders') }}
