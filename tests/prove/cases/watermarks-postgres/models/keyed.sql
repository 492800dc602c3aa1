{{ config(materialized='incremental', unique_key='order_id', incremental_strategy='delete+insert', post_hook="update {{ this }} set seen = seen + 1") }}
select order_id, 0 as seen from {{ ref('orders') }} where order_id < 3
