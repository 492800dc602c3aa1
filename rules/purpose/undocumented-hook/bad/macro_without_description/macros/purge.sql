{% macro purge() %}select 1{% endmacro %}
