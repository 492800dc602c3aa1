{% macro grant_usage(reader, with_option=false) %}
    grant usage on schema {{ target.schema }} to {{ reader }}{% if with_option %} with grant option{% endif %}
{% endmacro %}
