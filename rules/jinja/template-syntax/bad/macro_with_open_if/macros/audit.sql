{% macro log_run_start() %}
    «{% if execute %}»
    insert into {{ target.schema }}.audit_run (run_id, target_name)
    values ('{{ invocation_id }}', '{{ target.name }}')
{% endmacro %}
