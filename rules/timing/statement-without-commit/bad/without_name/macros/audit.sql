{% macro log_run() %}
    {% if flags.WHICH == 'build' %}
        {% call statement() %}
            «delete from audit_run»
        {% endcall %}
    {% endif %}
{% endmacro %}
