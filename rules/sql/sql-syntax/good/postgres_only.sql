{{ config(
    materialized='table',
    post_hook=[
        "alter table {{ this }} set (autovacuum_enabled = false)",
        "cluster {{ this }} using orders_pkey"
    ]
) }}

select 1 as order_id
