{% macro clean_up() %}
    drop table if exists {{ target.schema }}.late_orders
{% endmacro %}

«{% macro clean_up(schema) %}
    drop table if exists {{ schema }}.late_orders
{% endmacro %}»
