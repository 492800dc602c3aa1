{% macro audit(event, level=2) -%}
    {%- set (first, second) = (1, 2) -%}
    {%- do log(event ~ first ~ second) -%}
    insert into audit values ('{{ event | an_unknown_filter if false }}', {{ level }})
{%- endmacro %}

{% materialization kept, adapter='postgres' -%}
    {{ return({'relations': []}) }}
{%- endmaterialization %}

{% test is_even(model, column_name) %}
    select * from {{ model }} where mod({{ column_name }}, 2) <> 0
{% endtest %}
