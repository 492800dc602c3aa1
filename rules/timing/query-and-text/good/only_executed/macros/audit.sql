{% macro log_model() %}
    {% do run_query("insert into audit_model (run_id) values ('x')") %}
{% endmacro %}
