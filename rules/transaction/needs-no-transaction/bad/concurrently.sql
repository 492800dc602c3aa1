{{ config(
    materialized='incremental',
    post_hook=[
        "«create index concurrently if not exists orders_by_id on {{ this }} (order_id)»",
        "analyze {{ this }}"
    ]
) }}

select 1 as order_id
