{% macro check_load() %}
«select case when max(day) < current_date then error('the load is not done') end from raw.loads»
{% endmacro %}
