{% macro when() %}{% if execute %}run{% else %}parse{% endif %}{% endmacro %}
{% macro hooks() %}{{ return(['one ' ~ execute, "two {{ execute }}"]) }}{% endmacro %}
{% macro text(x) %}  -- text of {{ x }} {{ this }}
{% endmacro %}
