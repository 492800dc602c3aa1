{% macro purge() %}
{% set relation = adapter.get_relation(this.database, this.schema, this.identifier) %}
{% if relation is not none %}
  delete from {{ relation }} where id = 1
{% endif %}
{% endmacro %}
