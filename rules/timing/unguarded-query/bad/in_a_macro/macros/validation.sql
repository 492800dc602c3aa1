{% macro validate_orders() %}
    {% set validation_query %}
        select count(*) from {{ this }} where amount < 0
    {% endset %}
    {% set result = run_query(validation_query) %}
    {% if «result.columns»[0].values()[0] > 0 %}
        {{ exceptions.raise_compiler_error('orders with a negative amount') }}
    {% endif %}
{% endmacro %}
