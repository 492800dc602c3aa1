{{ config(
    materialized='table',
    post_hook="{% set roles = [] %}{% for role in ['a', 'b'] %}{% set roles = roles.append(role) %}{% endfor %}grant select on {{ this }} to {{ roles | join(', ') }}"
) }}

select 1 as order_id
