{% macro mask(relation, names) %}
  {% if execute %}
    {% set columns = adapter.get_columns_in_relation(relation) %}
    create or replace view {{ relation.schema }}.{{ relation.identifier }}_masked as select
    {% for column in columns %}
      {% if column.name in names %}'***' as {{ column.name }}{% else %}{{ adapter.quote(column.name) }}{% endif %}{{ ',' if not loop.last }}
    {% endfor %}
    from {{ relation }}
  {% endif %}
{% endmacro %}

{% macro drop_leftovers(prefix) %}
  {% if execute %}
    {% set found = run_query("select table_schema, table_name from information_schema.tables where table_schema = '" ~ target.schema ~ "' and table_name like '" ~ prefix ~ "%' order by 2") %}
    {% for row in found.rows %}
      {% do run_query('drop table if exists ' ~ row['table_schema'] ~ '.' ~ row['table_name'] ~ ' cascade') %}
    {% endfor %}
    insert into {{ target.schema }}.housekeeping values ('{{ prefix }}', {{ found | length }})
  {% endif %}
{% endmacro %}

{% macro rename_if_there(from, to) %}
  {% set old = adapter.get_relation(database=target.database, schema=target.schema, identifier=from) %}
  {% if old %}
    {% do adapter.drop_relation(api.Relation.create(database=target.database, schema=target.schema, identifier=to, type='table')) %}
    alter table {{ old }} rename to {{ to }}
  {% else %}
    create table {{ target.schema }}.{{ from }} (id integer)
  {% endif %}
{% endmacro %}
