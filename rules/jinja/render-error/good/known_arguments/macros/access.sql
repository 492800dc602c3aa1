{% macro grant_select(role) %}{{ return('grant select on ' ~ target.schema ~ '.orders to ' ~ role) }}{% endmacro %}
