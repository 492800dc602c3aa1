{% macro dbt_utils_like(q) %}{% set r = run_query(q) %}{% if execute %}{{ return(r.columns[0].values()) }}{% else %}{{ return([]) }}{% endif %}{% endmacro %}
