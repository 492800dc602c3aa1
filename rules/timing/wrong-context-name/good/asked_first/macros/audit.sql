{% macro log_run(moment) %}
    insert into audit_run (run_id, moment, models)
    values ('{{ invocation_id }}', '{{ moment }}', {% if results is defined %}{{ results | length }}{% else %}0{% endif %})
{% endmacro %}
