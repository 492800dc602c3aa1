{{ config(
    materialized='incremental',
    unique_key='order_id',
    post_hook="delete from {{ this }} where order_id in (select order_id from {{ this }} group by order_id having count(*) > 1)"
) }}

select 1 as order_id
