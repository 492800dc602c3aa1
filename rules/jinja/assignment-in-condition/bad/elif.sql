{{ config(
    materialized='table',
    post_hook="{% if target.name == 'prod' %}analyze {{ this }}{% elif target.name «=» 'dev' %}select 1{% endif %}"
) }}

select 1 as order_id
