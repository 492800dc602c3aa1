{% macro reset(relation) %}
  {% if execute %}
    {% do run_query("«drop view if exists »" ~ relation) %}
  {% endif %}
{% endmacro %}
