{{ config(
    materialized='table',
    post_hook="comment on table {{ this }} is '{a, b} {schema}'"
) }}

select 1 as order_id
