{% macro log_run_end() %}
    {% set models = «run_query('select count(*) from audit_model').columns»[0].values()[0] %}
    insert into audit_run (run_id, models) values ('{{ invocation_id }}', {{ models }})
{% endmacro %}
