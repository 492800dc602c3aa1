{% macro log_run_end() %}
    insert into {{ target.schema }}.audit_run (run_id, ended_at)
    values ('{{ invocation_id }}', {{ now() }})
{% endmacro %}

{% macro now() %}{{ dbt.current_timestamp() }}{% endmacro %}
