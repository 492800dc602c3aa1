{% macro log_model() %}
    {% set sq1 %}
        insert into audit_model (model) values ('{{ this.name }}')
    {% endset %}
    {% do run_query(«sql») %}
{% endmacro %}
