{% macro share(role) %}grant select on {{ this }} to {{ role }}{% endmacro %}
{% test share(model) %}select 1 from {{ model }} where false{% endtest %}
