{% macro a() %}2{% endmacro %}
