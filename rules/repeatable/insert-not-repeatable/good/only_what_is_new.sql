{{ config(
    materialized='table',
    post_hook="insert into warehouse.all_orders select * from {{ this }} n where not exists (select 1 from warehouse.all_orders o where o.order_id = n.order_id)"
) }}

select 1 as order_id
