{{ config(
    materialized='table',
    post_hook="{{ «grant_select(this, rol='reporter')» }}"
) }}

select 1 as order_id
