{{ config(
    materialized='table',
    pre_hook=«"analyze " ~ source('raw', 'orders')»
) }}

select 1 as order_id
