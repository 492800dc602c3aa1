{% macro log_run() %}
    {% if flags.WHICH == 'build' %}
        {% call statement('log', auto_begin=False) %}
            insert into audit_run select 1
        {% endcall %}
    {% endif %}
{% endmacro %}
