{{ config(
    materialized='table',
    post_hook="{% set name = 'r' %}{% for role in ['a'] %}{% set name = name ~ role %}{% endfor %}{% set name = 'reporter' %}grant select on {{ this }} to {{ name }}"
) }}

select 1 as order_id
