{{ config(
    materialized='table',
    post_hook="{{ «grant_select(roles='reporter')» }}"
) }}

select 1 as order_id
