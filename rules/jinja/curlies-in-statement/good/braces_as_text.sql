{{ config(
    materialized='table',
    post_hook="{% set open = '{{' %}comment on table {{ this }} is '{{ open }}'"
) }}

select 1 as order_id
