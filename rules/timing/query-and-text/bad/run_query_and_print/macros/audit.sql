{% macro log_model() %}
    {% set statement = "«insert into audit_model (run_id) values ('x')»" %}
    {% do run_query(statement) %}
    {{ statement }}
{% endmacro %}
