{% macro clear_audit() %}
    {% set statement %}
        «delete from audit_run where run_id is null»
    {% endset %}
    {% do run_query(statement) %}
    {{ return(statement) }}
{% endmacro %}
