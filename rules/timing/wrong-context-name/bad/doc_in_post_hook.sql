{{ config(
    materialized='table',
    post_hook="comment on table {{ this }} is '{{ «doc»('orders') }}'"
) }}

select 1 as order_id
