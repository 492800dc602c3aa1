{{ config(
    materialized='table',
    post_hook="{{ «clean_up» }}"
) }}

select 1 as order_id
