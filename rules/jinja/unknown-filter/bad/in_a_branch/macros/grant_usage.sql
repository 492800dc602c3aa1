{% macro grant_usage() %}
    {% if target.name == 'ci' %}
        grant usage on schema {{ target.schema | «lowercase» }} to reporter
    {% endif %}
{% endmacro %}
