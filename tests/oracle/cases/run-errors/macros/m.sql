{% macro plain(a, b=1) %}{{ a }}{% endmacro %}
{% macro wraps() %}{{ caller() }}{% endmacro %}
