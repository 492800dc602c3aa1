{% macro must_hold(relation, condition, message) %}
  {% if execute %}
    {% set bad = run_query("select count(*) as n from " ~ relation ~ " where not (" ~ condition ~ ")") %}
    {% set n = bad.columns[0].values()[0] %}
    {% if n > 0 %}
      {{ exceptions.raise_compiler_error(message ~ ' ' ~ n ~ ' rows') }}
    {% endif %}
  {% endif %}
{% endmacro %}

{% macro same_count(one, other) %}
  {%- if execute -%}
    {%- set counts = dbt_counts(one, other) -%}
    {%- if counts[0] != counts[1] -%}
      {%- do exceptions.raise_compiler_error(one ~ ' has ' ~ counts[0] ~ ' rows, ' ~ other ~ ' has ' ~ counts[1]) -%}
    {%- endif -%}
  {%- endif -%}
{% endmacro %}

{% macro dbt_counts(one, other) %}
  {% set query %}
    select (select count(*) from {{ one }}) as a, (select count(*) from {{ other }}) as b
  {% endset %}
  {% set row = run_query(query).rows[0] %}
  {{ return([row[0], row['b']]) }}
{% endmacro %}
