{% macro add_index(column) %}
  «create index on {{ this }} ({{ column }})»
{% endmacro %}
