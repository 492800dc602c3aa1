{% macro other() %}{% if false %}select 1{% endif %}{% endmacro %}
