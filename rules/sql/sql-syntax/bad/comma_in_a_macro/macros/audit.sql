{% macro log_run_end() %}
    insert into audit_run (
        run_id«,
        ,» target
    ) values (
        '{{ invocation_id }}',
        '{{ target.name }}'
    )
{% endmacro %}
