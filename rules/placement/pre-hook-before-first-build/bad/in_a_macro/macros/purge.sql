{% macro purge(days) %}
«delete from {{ this }} where loaded_at < current_date - {{ days }}»
{% endmacro %}
