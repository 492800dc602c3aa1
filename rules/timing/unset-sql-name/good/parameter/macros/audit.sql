{% macro run_and_log(sql) %}
    {% do run_query(sql) %}
{% endmacro %}
