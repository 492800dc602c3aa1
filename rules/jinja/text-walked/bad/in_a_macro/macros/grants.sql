{% macro grant_all(relation, roles) %}
{% for role in «roles» %}
grant select on {{ relation }} to {{ role }};
{% endfor %}
{% endmacro %}
