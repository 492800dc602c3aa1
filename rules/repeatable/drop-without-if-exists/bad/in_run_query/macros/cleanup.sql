{% macro clean_up() %}
    {% if execute %}
        {% do run_query("«drop table analytics.stage_orders»") %}
    {% endif %}
{% endmacro %}
