{% macro describe() %}
«comment on view {{ this }} is '{{ model.description }}'»
{% endmacro %}
