{{ config(
    materialized='table',
    post_hook="comment on table {{ this }} is 'see DBT_ENV_SECRET_KEY'"
) }}

select 1 as order_id
