{% test is_even(model, column_name) %}
    select 1 from {{ model }} where {{ column_name }} % 2 = 1
{% endtest %}

«{% macro test_is_even(model, column_name) %}
    select 1
{% endmacro %}»
