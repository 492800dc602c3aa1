{% macro twice(q) %}{% if execute %}{% do run_query(q) %}{% endif %}{{ q }}{% endmacro %}
