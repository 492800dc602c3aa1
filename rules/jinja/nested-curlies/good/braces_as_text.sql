{{ config(
    materialized='table',
    post_hook="comment on table {{ this }} is '{{ '{{' }} name {{ '}}' }}'"
) }}

select 1 as order_id
