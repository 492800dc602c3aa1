{% macro default__say() %}select 'default'{% endmacro %}
{% macro duckdb__say() %}select 'duckdb'{% endmacro %}
