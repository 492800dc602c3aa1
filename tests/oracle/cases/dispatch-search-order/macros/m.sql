{% macro default__a() %}root default a{% endmacro %}
{% macro postgres__b() %}root pg b{% endmacro %}
{% macro default__d() %}root d{% endmacro %}
{% macro default__e() %}root default e{% endmacro %}
