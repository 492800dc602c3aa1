{% macro log_run() %}
    {% if flags.WHICH == 'build' %}
        {% call statement('log', fetch_result=True) %}
            select 1
        {% endcall %}
    {% endif %}
{% endmacro %}
