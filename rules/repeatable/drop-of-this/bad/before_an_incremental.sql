{{ config(
    materialized='incremental',
    pre_hook="«drop table if exists {{ this }} cascade»"
) }}

select 1 as order_id
