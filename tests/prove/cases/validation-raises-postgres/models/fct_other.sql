{{ config(materialized='view', pre_hook="{{ must_hold(ref('orders'), 'order_id is not null', 'No id:') }}") }}
select order_id from {{ ref('orders') }}
