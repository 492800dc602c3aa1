{{ config(
    materialized='table',
    post_hook="{{ 'analyze ' ~ this ~ ' ' ~ '' }}"
) }}

select 1 as order_id
