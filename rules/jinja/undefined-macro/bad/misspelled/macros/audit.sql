{% macro log_run_end() %}
    insert into {{ target.schema }}.audit_run (run_id, ended_at)
    values ('{{ invocation_id }}', current_timestamp)
{% endmacro %}
