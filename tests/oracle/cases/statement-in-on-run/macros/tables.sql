{% macro tables() %}
  {%- if execute -%}
    {{- run_query("select string_agg(table_name, ' ' order by table_name) from information_schema.tables").rows[0][0] -}}
  {%- endif -%}
{% endmacro %}
