{% macro trace(model, what) %}insert into {{ target.schema }}.trace values ('{{ model.identifier }}', '{{ what }}'){% endmacro %}
