{% macro log_model() %}
    {% call statement('log') %}
        {{ «sql» }}
    {% endcall %}
{% endmacro %}
