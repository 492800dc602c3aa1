{% macro grant_usage() %}
    {% if target.name «=» 'prod' %}
        grant usage on schema {{ target.schema }} to reporter
    {% endif %}
{% endmacro %}
