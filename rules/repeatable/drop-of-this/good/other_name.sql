{{ config(
    materialized='view',
    pre_hook="drop view if exists {{ this.schema }}.orders_old cascade",
    post_hook="drop table if exists {{ this.schema }}.orders_work"
) }}

select 1 as order_id
