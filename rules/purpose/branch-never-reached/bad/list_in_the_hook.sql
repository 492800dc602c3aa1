{{ config(post_hook="{% set roles = [] %}{% for role in «roles» %}grant select on {{ this }} to {{ role }};{% endfor %}") }}

select 1 as id
