{% macro shop_ids() %}[1, 2, 3]{% endmacro %}
