{{ config(
    materialized='table',
    post_hook="comment on table {{ this }} is '{{ target.threads + 1 }} {{ '3' | int + 1 }}'"
) }}

select 1 as order_id
