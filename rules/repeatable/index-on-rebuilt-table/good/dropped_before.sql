{{ config(
    materialized='table',
    post_hook=[
        "drop index if exists {{ this.schema }}.orders_by_id",
        "create index orders_by_id on {{ this }} (order_id)"
    ]
) }}

select 1 as order_id
