{% macro log_run() %}
    {% call statement('log', auto_begin=False) %}
        «update audit_run set finished_at = current_timestamp where finished_at is null»
    {% endcall %}
{% endmacro %}
