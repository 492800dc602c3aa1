{% macro purge() %}
{% if invocation_args_dict['which'] == 'build' %}delete from audit.runs where day < current_date - 90{% endif %}
{% endmacro %}
