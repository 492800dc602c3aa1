{% macro log_run_end() %}
    {% if execute %}
        insert into audit_run (run_id, succeeded)
        values (
            '{{ invocation_id }}',
            {{ «models» | selectattr('status', 'equalto', 'success') | list | length }}
        )
    {% endif %}
{% endmacro %}
