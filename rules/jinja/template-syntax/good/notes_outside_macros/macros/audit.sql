{% ##### the audit log of the project ##### %}

{% macro log_run_start() %}
    insert into {{ target.schema }}.audit_run (run_id, target_name)
    values ('{{ invocation_id }}', '{{ target.name }}')
{% endmacro %}
