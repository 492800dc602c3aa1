{{ config(
    materialized='table',
    post_hook="{{ warn_when_empty() }}"
) }}

select 1 as order_id
