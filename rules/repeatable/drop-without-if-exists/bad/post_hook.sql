{{ config(
    materialized='table',
    post_hook=[
        "«drop view {{ this.schema }}.orders_old»",
        "grant select on {{ this }} to reporter"
    ]
) }}

select 1 as order_id
