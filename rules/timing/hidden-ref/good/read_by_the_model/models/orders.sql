{{ config(
    materialized='table',
    post_hook="{% if execute %}analyze {{ ref('rates') }}{% endif %}"
) }}

select rate from {{ ref('rates') }}
