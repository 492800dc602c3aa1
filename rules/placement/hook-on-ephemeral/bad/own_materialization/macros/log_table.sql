{% materialization log_table, default %}
  {%- set target_relation = this.incorporate(type='table') -%}
  {% call statement('main') -%}
    {{ create_table_as(false, target_relation, sql) }}
  {%- endcall %}
  {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}
