{% macro purge(relation, column, days) %}
delete from {{ relation }} where {{ column }} < current_date - {{ days }}
{% endmacro %}


{% macro vacuum(relation) %}
vacuum analyze {{ relation }}
{% endmacro %}


{% macro drop_backups(schema_name) %}
{% if execute %}
    {% set found = run_query("select tablename from pg_tables where schemaname = '" ~ schema_name ~ "' and tablename like '%\\_old'") %}
    {% for row in found.rows %}
        {% do run_query('drop table if exists ' ~ schema_name ~ '.' ~ row['tablename']) %}
    {% endfor %}
{% endif %}
{% endmacro %}
