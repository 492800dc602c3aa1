{% macro warn_when_empty() %}
    {% set found = run_query('select count(*) from ' ~ this) %}
    {% if execute and found.columns[0].values()[0] == 0 %}
        {% do exceptions.warn(this.name ~ ' is empty') %}
    {% endif %}
{% endmacro %}
