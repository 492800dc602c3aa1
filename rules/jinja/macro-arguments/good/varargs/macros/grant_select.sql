{% macro grant_select(relation) %}
    {% for role in varargs %}grant select on {{ relation }} to {{ role }} {{ kwargs.get('option', '') }};{% endfor %}
{% endmacro %}
