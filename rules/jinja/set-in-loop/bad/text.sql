{{ config(
    materialized='table',
    post_hook="{% set roles = '' %}{% for role in ['a', 'b'] %}{% set roles = «roles ~ ', ' ~ role» %}{% endfor %}grant select on {{ this }} to {{ roles }}"
) }}

select 1 as order_id
