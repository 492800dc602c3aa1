«{% macro clean_up() %}
    drop table if exists {{ target.schema }}.early_orders
{% endmacro %}»
