{{ config(
    materialized='table',
    post_hook="{% set reader = var('reader', none) or 'reporter' %}{% if (var('a', '') or 'x') == 'x' %}grant select on {{ this }} to {{ reader }}{% endif %}"
) }}

select 1 as order_id
