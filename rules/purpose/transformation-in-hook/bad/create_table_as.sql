{{ config(
    materialized='table',
    post_hook=[
        "drop table if exists {{ this.schema }}.orders_archive",
        "«create table {{ this.schema }}.orders_archive as select * from {{ this }} where amount = 0»"
    ]
) }}

select 1 as order_id, 10 as amount
