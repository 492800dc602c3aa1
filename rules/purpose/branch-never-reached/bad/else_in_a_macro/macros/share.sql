{% macro share() %}
{% set roles = ['reporter'] %}
{% if «roles» %}grant select on {{ this }} to reporter{% else %}grant select on {{ this }} to public{% endif %}
{% endmacro %}
