{{ config(
    materialized='table',
    pre_hook="analyze {{ ref('orders') }}"
) }}

select * from {{ ref('orders') }}
