{% macro publish(results) %}
{% if results | selectattr('status', 'in', ['error', 'fail', 'skipped']) | list | length == 0 %}
alter schema analytics_next rename to analytics
{% endif %}
{% endmacro %}
