{% macro share() %}
grant select on «dev.orders» to reporter
{% endmacro %}
