{{ config(
    materialized='table',
    pre_hook="drop table if exists {{ this.schema }}.{{ this.name }}_backup"
) }}

select 1 as order_id
