{% macro clean_up() %}drop table if exists {{ target.schema }}.late_orders{% endmacro %}
