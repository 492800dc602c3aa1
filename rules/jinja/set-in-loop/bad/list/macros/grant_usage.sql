{% macro grant_usage() %}
    {% set roles = [] %}
    {% for role in ['reporter', 'auditor'] %}
        {% set roles = «roles + [role]» %}
    {% endfor %}
    grant usage on schema {{ target.schema }} to {{ roles | join(', ') }}
{% endmacro %}
