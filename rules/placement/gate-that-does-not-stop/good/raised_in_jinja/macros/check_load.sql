{% macro check_load() %}
{% if execute and not run_query('select 1 from raw.loads where day = current_date') %}
  {{ exceptions.raise_compiler_error('the load is not done') }}
{% endif %}
{% endmacro %}
