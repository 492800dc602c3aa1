{% macro publish() %}
{% if target.name == 'dev' %}
«alter schema analytics swap with analytics_next»
{% endif %}
{% endmacro %}
