{% macro log_run_start() %}
    {% set log_query %}
        insert into audit_run (run_id, target)
        values ('{{ invocation_id }}'«,,» '{{ target.name }}')
    {% endset %}
    {% if execute %}{% do run_query(log_query) %}{% endif %}
{% endmacro %}
