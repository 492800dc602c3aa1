{% macro log_results(results) %}
    {% for result in results %}
        insert into audit_model (model) values ('{{ result.node.name }}');
    {% endfor %}
{% endmacro %}
