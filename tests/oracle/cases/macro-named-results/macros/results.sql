{% macro results() %}mine{% endmacro %}
