{{ config(
    materialized='table',
    post_hook="select set_config('app.key', '{{ «env_var('DBT_ENV_SECRET_KEY', '')» }}', false)"
) }}

select 1 as order_id
