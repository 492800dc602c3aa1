{% macro last_run() %}
    {{ run_query('select max(run) from audit_run') }}
{% endmacro %}
