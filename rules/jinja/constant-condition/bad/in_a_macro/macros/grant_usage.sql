{% macro grant_usage() %}
    {{ 'grant usage on schema ' ~ target.schema ~ ' to reporter' if target.name == 'prod' and «'ci'» else '' }}
{% endmacro %}
