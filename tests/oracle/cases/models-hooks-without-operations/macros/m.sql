{% macro share(relation) %}grant select on {{ relation.include(database=false) }} to reader{% endmacro %}
