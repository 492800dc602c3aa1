-- prod_only.sql
{{ config(
    post_hook="""
{% if target.name == 'prod' %}
    -- Only in production
{% endif %}
"""
) }}

SELECT 1 AS id
