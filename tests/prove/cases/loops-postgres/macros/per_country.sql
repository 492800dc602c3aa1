{% macro per_country() %}
  {% if execute %}
    {% set countries = run_query('select distinct country from ' ~ ref('customers') ~ ' order by 1').columns[0].values() %}
    {% for country in countries %}
      {% call statement('make_' ~ country, fetch_result=false, auto_begin=false) %}
        drop table if exists {{ target.schema }}.people_{{ country }};
        create table {{ target.schema }}.people_{{ country }} as select * from {{ ref('customers') }} where country = '{{ country }}'
      {% endcall %}
    {% endfor %}
  {% endif %}
{% endmacro %}
