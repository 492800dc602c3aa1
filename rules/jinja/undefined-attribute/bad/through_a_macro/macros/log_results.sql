{% macro log_results(results) %}
    {% for res in results %}
        insert into runs (node, seconds) values ('{{ «res.unique_id» }}', {{ res.execution_time }});
    {% endfor %}
{% endmacro %}
