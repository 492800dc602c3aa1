{% macro make_partitions(relation) %}
  {% if execute %}
    {% for row in run_query('select distinct ordered_at from ' ~ relation ~ ' order by 1') %}
      {% set day = row[0] %}
      create table if not exists {{ target.schema }}.facts_{{ day.strftime('%Y%m%d') }} partition of {{ target.schema }}.facts
        for values from ('{{ day }}') to ('{{ day + modules.datetime.timedelta(days=1) }}');
    {% endfor %}
  {% endif %}
{% endmacro %}
