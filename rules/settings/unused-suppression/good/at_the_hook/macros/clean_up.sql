{% macro clean_up() %}
  drop table staging.orders_today
{% endmacro %}
