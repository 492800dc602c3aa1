{% macro ask() %}{% if execute %}{% do run_query('select 1') %}asked{% endif %}{% endmacro %}
{% macro named() %}{% if execute %}{% set r = run_query('select 2') %}{% endif %}grant select on {{ this }} to x{% endmacro %}
