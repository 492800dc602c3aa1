{% macro audit_now() %}
    {{- return(adapter.dispatch('audit_now', 'storefront')()) -}}
{% endmacro %}

{% macro default__audit_now() -%}
current_timestamp
{%- endmacro %}

{% macro postgres__audit_now() -%}
clock_timestamp()
{%- endmacro %}


{% macro quoted_list(values) -%}
{%- for value in values -%}
'{{ value }}'{{ ', ' if not loop.last }}
{%- endfor -%}
{%- endmacro %}


{% macro index_name(relation, columns) -%}
{{ return('ix_' ~ relation.identifier ~ '_' ~ columns | join('_')) }}
{%- endmacro %}
