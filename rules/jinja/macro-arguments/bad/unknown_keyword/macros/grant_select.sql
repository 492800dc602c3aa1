{% macro grant_select(relation, role, suffix="") %}
    grant select on {{ relation }} to {{ role }} {{ suffix }}
{% endmacro %}
