{% macro grant_select(relation, roles) %}
{% for role in roles %}
grant select on {{ relation }} to {{ role }};
{% endfor %}
{% endmacro %}


{% macro grant_schema_usage(schema_names, roles) %}
{% for schema_name in schema_names %}
    {% for role in roles %}
grant usage on schema {{ schema_name }} to {{ role }};
    {% endfor %}
{% endfor %}
{% endmacro %}
