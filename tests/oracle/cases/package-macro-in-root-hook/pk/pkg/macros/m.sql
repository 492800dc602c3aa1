{% macro outer() %}[{{ inner() }}]{% endmacro %}
{% macro inner() %}inner{% endmacro %}
