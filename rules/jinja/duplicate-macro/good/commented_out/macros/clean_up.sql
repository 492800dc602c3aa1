{% macro clean_up() %}select 1{% endmacro %}
{# {% macro clean_up() %}select 2{% endmacro %} #}
