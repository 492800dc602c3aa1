{{ config(materialized='table', post_hook="alter table {{ this }} add primary key (order_id)") }}
select order_id, amount from {{ ref('orders') }}
