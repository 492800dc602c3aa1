{% macro last_run() %}
    {% if execute %}{{ run_query('select max(run) from audit_run').columns[0].values()[0] }}{% else %}0{% endif %}
{% endmacro %}
