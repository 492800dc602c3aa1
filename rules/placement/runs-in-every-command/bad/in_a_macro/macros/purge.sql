{% macro purge() %}
{% if execute %}{% do run_query("«delete from audit.runs where day < current_date - 90»") %}{% endif %}
{% endmacro %}
