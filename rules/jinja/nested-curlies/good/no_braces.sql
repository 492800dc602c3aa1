{{ config(
    materialized='table',
    post_hook="grant select on {{ this }} to {{ var('reader', target.user) }}"
) }}

select 1 as order_id
