{% macro clean_up() %}
    {% do run_query(«"drop table if exists {{ target.schema }}.late_orders"») %}
{% endmacro %}
