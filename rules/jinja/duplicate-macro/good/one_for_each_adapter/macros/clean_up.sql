{% macro postgres__clean_up() %}select 1{% endmacro %}
{% macro default__clean_up() %}select 2{% endmacro %}
