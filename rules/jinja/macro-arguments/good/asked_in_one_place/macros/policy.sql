{% macro policy(relation, column) %}
    create policy orders_{{ column }} on {{ relation }} using ({% if column %}{{ column }} = current_user{% else %}true{% endif %})
{% endmacro %}
