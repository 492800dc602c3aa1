{{ config(
    materialized='table',
    post_hook="insert into rates_used select rate from {{ «ref('rates')» }}"
) }}

select 1 as order_id
