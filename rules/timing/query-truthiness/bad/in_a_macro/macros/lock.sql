{% macro warn_when_empty() %}
    {% set found = run_query('select count(*) from ' ~ this) %}
    {% if not «found» %}
        {% do exceptions.warn(this.name ~ ' is empty') %}
    {% endif %}
{% endmacro %}
