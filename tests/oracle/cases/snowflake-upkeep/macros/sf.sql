{% macro size(size) %}{% if target.warehouse %}alter warehouse {{ target.warehouse }} set warehouse_size = '{{ size }}'{% endif %}{% endmacro %}
{% macro mask(relation, node) %}
{% set kind = 'view' if node.config.materialized == 'view' else 'table' %}
{% for column in node.columns if column in var('masks') %}
alter {{ kind }} {{ relation }} modify column {{ column }} set masking policy {{ var('masks')[column] }};
{% endfor %}
{% endmacro %}
{% macro own(relation) %}grant ownership on {{ relation }} to role {{ target.role | lower }} copy current grants{% endmacro %}
{% macro tagged(name, value) %}alter table {{ this }} set tag {{ name }} = '{{ value }}'{% endmacro %}
