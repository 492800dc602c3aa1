{% macro grant_usage() %}
    grant usage on schema {{ target.schema }} to {{ env_var('REPORTER_ROLE') }}
{% endmacro %}
