{% macro grant_to(relation, role) %}
grant select on {{ relation }} to {{ role }}
{% endmacro %}
