{{ config(
    materialized='incremental',
    pre_hook=[
        {"sql": "«alter session set query_tag = 'orders'»", "transaction": False},
        "select 1"
    ]
) }}

select 1 as order_id
