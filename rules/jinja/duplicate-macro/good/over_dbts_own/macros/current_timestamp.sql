{% macro postgres__current_timestamp() %}clock_timestamp(){% endmacro %}
