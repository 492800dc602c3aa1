{% macro note() %}
  {{ return(none) }}
{% endmacro %}
