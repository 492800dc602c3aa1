{% macro prepare_audit() %}
    {% if execute %}
        {% do run_query("«create table audit.model_completions (model text, completed_at timestamp)»") %}
    {% endif %}
{% endmacro %}
