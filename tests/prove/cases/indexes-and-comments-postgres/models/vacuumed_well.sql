{{ config(materialized='table', post_hook={'sql': 'vacuum analyze {{ this }}', 'transaction': false}) }}
select order_id from {{ ref('orders') }}
