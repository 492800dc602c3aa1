{{ config(
    materialized='table',
    post_hook="analyze {{ this }}"
) }}

select rate from {{ ref('rates') }}
