{% macro connect() %}
    {% if target.name == 'prod' %}
        select dblink_connect('{{ «env_var('DBT_ENV_SECRETS_LINK')» }}')
    {% endif %}
{% endmacro %}
