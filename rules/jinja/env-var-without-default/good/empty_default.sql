{{ config(
    materialized='table',
    post_hook="{% if env_var('REPORTER_ROLE', '') %}grant select on {{ this }} to {{ env_var('REPORTER_ROLE', '') }}{% endif %}"
) }}

select 1 as order_id
