{% macro log_results() %}
    {% set found = namespace(passed=0, built=0) %}
    {% for result in results %}
        {% if result.node.resource_type == 'test' %}
            {% if result.status == 'pass' %}{% set found.passed = found.passed + 1 %}{% endif %}
        {% elif result.status == 'success' %}
            {% set found.built = found.built + 1 %}
        {% endif %}
    {% endfor %}
    insert into audit_run (passed, built) values ({{ found.passed }}, {{ found.built }})
{% endmacro %}
