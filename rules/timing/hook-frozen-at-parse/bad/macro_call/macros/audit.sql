{% macro log_model() %}
    {% if execute %}
        insert into audit_model (run_id, model) values ('{{ invocation_id }}', '{{ this.name }}')
    {% endif %}
{% endmacro %}
