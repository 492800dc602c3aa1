{% macro clear_audit() %}
    {% if execute %}
        {% do run_query("«delete from audit_run where run_id is null»") %}
    {% endif %}
{% endmacro %}
