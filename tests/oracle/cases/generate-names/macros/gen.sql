{% macro generate_schema_name(custom_schema_name, node) -%}
  {%- if target.name == 'prod' and custom_schema_name is not none -%}{{ custom_schema_name | trim }}
  {%- else -%}{{ target.schema }}_{{ node.fqn[-2] }}{%- endif -%}
{%- endmacro %}
{% macro generate_alias_name(custom_alias_name=none, node=none) -%}
  {{ 'x_' ~ (custom_alias_name or node.name) }}
{%- endmacro %}
{% macro generate_database_name(custom_database_name=none, node=none) -%}
  {{ target.database if not custom_database_name else custom_database_name }}
{%- endmacro %}
