{% macro validate_orders() %}
    {% set result = run_query('select count(*) from ' ~ this ~ ' where amount < 0') %}
    {% if result.columns[0].values()[0] > 0 %}
        {{ exceptions.raise_compiler_error('orders with a negative amount') }}
    {% endif %}
{% endmacro %}
