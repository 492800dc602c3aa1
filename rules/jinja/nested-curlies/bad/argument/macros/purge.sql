{% macro purge(table) %}
    delete from {{ table }} where done
{% endmacro %}
