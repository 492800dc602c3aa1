{% macro log_start() %}
    insert into audit_run (run_id) values ('{{ invocation_id }}')
{% endmacro %}
