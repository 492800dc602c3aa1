{% macro log_end() %}
    {% set «log_query» %}
        update audit.runs set ended_at = now()
    {% endset %}
{% endmacro %}
