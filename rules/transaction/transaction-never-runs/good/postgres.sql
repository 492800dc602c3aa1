{{ config(
    materialized='table',
    post_hook=[
        {"sql": "vacuum {{ this }}", "transaction": False},
        "analyze {{ this }}",
        "create index on {{ this }} (order_id)"
    ]
) }}

select 1 as order_id
