{{ config(
    materialized='table',
    post_hook="insert into audit_orders select count(*) from {{ «ref('fct_orders')» }}"
) }}

select 1 as order_id
