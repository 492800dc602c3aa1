{% macro stop_when_locked() %}
    {% set locks = run_query("select owner from deploy_lock where released_at is null") %}
    {% if «locks.rows» | length > 0 %}
        {% do exceptions.raise_compiler_error('a deployment is running') %}
    {% endif %}
{% endmacro %}
