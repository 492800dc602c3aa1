{% macro grant_usage() %}
    grant usage on schema {{ target.schema }} to {{ «reader» }}
{% endmacro %}
