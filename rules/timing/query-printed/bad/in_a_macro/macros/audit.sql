{% macro log_model() %}
    {% set statement %}
        insert into audit_model (model) values ('{{ this.name }}')
    {% endset %}
    «{{ run_query(statement) }}»
{% endmacro %}
