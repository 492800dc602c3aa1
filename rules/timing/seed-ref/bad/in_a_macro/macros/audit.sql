{% macro log_seed() %}insert into loaded select count(*) from {{ «ref('orders')» }}{% endmacro %}
