{% macro clean_up() %}drop table if exists stage_orders{% endmacro %}

«{% macro clean_up() %}drop table if exists stage_customers{% endmacro %}»
