{% macro share(role) %}
«grant select, insert on {{ this }} to »{{ role }}
{% endmacro %}
