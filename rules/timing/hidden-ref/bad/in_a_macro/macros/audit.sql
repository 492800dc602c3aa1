{% macro count_rates() %}
    {% if execute %}
        {% do run_query('insert into rates_seen select count(*) from ' ~ «ref('rates')») %}
    {% endif %}
{% endmacro %}
