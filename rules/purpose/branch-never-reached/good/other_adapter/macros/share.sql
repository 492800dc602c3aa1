{% macro share() %}
{% if target.type == 'snowflake' %}grant select on {{ this }} to role reporter{% else %}grant select on {{ this }} to reporter{% endif %}
{% endmacro %}
