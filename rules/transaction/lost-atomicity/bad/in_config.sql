{{ config(
    materialized='table',
    pre_hook=«{"sql": "analyze raw.orders", "transaction": False}»
) }}

select 1 as order_id
