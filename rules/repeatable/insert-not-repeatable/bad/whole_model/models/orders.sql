{{ config(
    materialized='table',
    post_hook="«insert into warehouse.all_orders select * from {{ this }}»"
) }}

select 1 as order_id
