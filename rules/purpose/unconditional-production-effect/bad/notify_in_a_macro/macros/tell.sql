{% macro tell() %}
«notify orders_built»
{% endmacro %}
