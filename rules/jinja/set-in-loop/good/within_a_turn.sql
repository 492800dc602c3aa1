{{ config(
    materialized='table',
    post_hook="{% set name = 'r_' %}{% for role in ['a', 'b'] %}{% set name = name ~ role %}grant select on {{ this }} to {{ name }};{% endfor %}"
) }}

select 1 as order_id
