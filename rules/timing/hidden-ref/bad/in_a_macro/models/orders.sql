{{ config(
    materialized='table',
    post_hook="{{ count_rates() }}"
) }}

select 1 as order_id
