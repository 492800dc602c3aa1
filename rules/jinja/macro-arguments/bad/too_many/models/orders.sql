{{ config(
    materialized='table',
    post_hook="{{ «grant_select(this, 'reporter', '', true)» }}"
) }}

select 1 as order_id
