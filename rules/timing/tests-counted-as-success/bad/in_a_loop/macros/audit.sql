{% macro log_tests() %}
    {% set found = namespace(passed=0) %}
    {% for result in results %}
        {% if result.node.resource_type == 'test' and «result.status == 'success'» %}
            {% set found.passed = found.passed + 1 %}
        {% endif %}
    {% endfor %}
    insert into audit_run (passed) values ({{ found.passed }})
{% endmacro %}
