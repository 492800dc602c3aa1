{% macro grant_select(relation, role, option) %}
    {% if role %}grant select on {{ relation }} to {{ role }} {{ option or '' }}{% endif %}
{% endmacro %}
