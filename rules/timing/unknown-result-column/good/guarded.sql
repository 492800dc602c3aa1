{{ config(
    materialized='table',
    post_hook="{% if execute %}{% set row = run_query('select id, name from ' ~ this).rows[0] %}{% if row.email is defined or row['phone'] is defined %}select 1{% else %}select '{{ row.get('email', 'none') }} {{ row.phone | default('none') }}'{% endif %}{% endif %}"
) }}

select 1 as id, 'a' as name
