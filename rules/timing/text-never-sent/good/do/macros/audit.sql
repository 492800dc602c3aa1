{% macro log_end() %}
    {% if execute %}
        {% set query %}update audit.runs set ended_at = now(){% endset %}
        {% do run_query(query) %}
    {% endif %}
{% endmacro %}
