{{ config(materialized='view', post_hook="create index on {{ this }} (order_id)") }}
select order_id from {{ ref('orders') }}
