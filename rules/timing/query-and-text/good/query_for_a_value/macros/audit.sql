{% macro log_model() %}
    {% set found = run_query('select count(*) from ' ~ this) %}
    insert into audit_model (row_count) values ({% if execute %}{{ found.columns[0].values()[0] }}{% else %}0{% endif %})
{% endmacro %}
