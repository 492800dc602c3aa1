{% macro grant_usage() %}
    {% for role in ['reporter', «'auditor' 'analyst'»] %}
        grant usage on schema {{ target.schema }} to {{ role }};
    {% endfor %}
{% endmacro %}
