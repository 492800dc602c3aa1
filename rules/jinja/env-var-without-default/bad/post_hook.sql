{{ config(
    materialized='table',
    post_hook="grant select on {{ this }} to {{ «env_var('REPORTER_ROLE')» }}"
) }}

select 1 as order_id
