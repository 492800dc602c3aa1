{{ config(
    materialized='table',
    post_hook="{% if target.name == 'ci' or target.name in ['prod', 'production'] or target.name != 'dev2' %}analyze {{ this }}{% endif %}"
) }}

select 1 as order_id
