{% macro validate_order_totals() %}
{% set validation_query %}
    SELECT 
        CASE 
            WHEN COUNT(*) > 0 THEN 'FAIL'
            ELSE 'PASS'
        END as result
    FROM {{ this }}
    WHERE order_total < 0
{% endset %}

{% set result = run_query(validation_query) %}

{% if result.columns[0].values()[0] == 'FAIL' %}
    {{ exceptions.raise_compiler_error("Negative order totals found!") }}
{% endif %}
{% endmacro %}
