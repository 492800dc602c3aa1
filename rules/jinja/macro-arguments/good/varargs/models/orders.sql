{{ config(
    materialized='table',
    post_hook="{{ grant_select(this, 'reporter', 'auditor', option='with grant option') }}"
) }}

select 1 as order_id
