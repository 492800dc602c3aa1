{% macro log_schemas() %}
    {% if execute %}
        insert into audit_run (first_schema) values ('{{ «schemas»[0] }}')
    {% endif %}
{% endmacro %}
