{% macro hook() %}x{% endmacro %}
