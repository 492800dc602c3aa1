{{ config(
    materialized='table',
    post_hook="{% if var('reader', default='') %}grant select on {{ this }} to {{ var('reader', default='') }}{% endif %}"
) }}

select 1 as order_id
