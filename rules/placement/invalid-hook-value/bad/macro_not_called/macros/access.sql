{% macro share() %}grant select on {{ this }} to reporter{% endmacro %}
