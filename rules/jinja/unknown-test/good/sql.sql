{{ config(
    materialized='table',
    post_hook="delete from {{ this }} where order_id is null"
) }}

select 1 as order_id
