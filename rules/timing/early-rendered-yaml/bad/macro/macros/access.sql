{% macro grant_read() %}grant select on {{ this }} to reporter{% endmacro %}
