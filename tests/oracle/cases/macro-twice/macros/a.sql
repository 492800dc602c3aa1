{% macro a() %}1{% endmacro %}
