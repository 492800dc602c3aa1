{% macro log_run() %}
    {% if flags.WHICH == 'build' %}
        {% call statement('log') %}
            begin; insert into audit_run select 1; commit;
        {% endcall %}
    {% endif %}
{% endmacro %}
