{{ config(
    materialized='table',
    post_hook="select set_config('app.run', '{{ env_var('DBT_ENV_CUSTOM_ENV_RUN', '') }}', false)"
) }}

select 1 as order_id
