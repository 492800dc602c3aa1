{% macro clean_up() %}
    {% set stage = adapter.get_relation(target.database, target.schema, 'stage_orders') %}
    {% if stage %}
        drop table {{ stage }}
    {% endif %}
{% endmacro %}
