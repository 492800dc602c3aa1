{{ config(
    materialized='table',
    post_hook=[
        "update {{ this }} set «state» = 'none' where status is null",
        'create index on {{ this }} («"ORDER_ID"»)',
        "delete from {{ this }} where order_id in (select «orderid» from {{ ref('stg_orders') }})"
    ]
) }}
select s.*, order_total * 2 as twice from {{ ref('stg_orders') }} as s
