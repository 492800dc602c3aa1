{#- The audit trail: one row a run, one row a node. -#}

{% macro create_audit_tables() %}
create table if not exists {{ target.schema }}.audit_run (
    run_id text primary key,
    run_started_at timestamptz not null,
    run_completed_at timestamptz,
    target_name text,
    target_schema text,
    dbt_version text,
    thread_count integer,
    models_run integer,
    models_passed integer,
    models_failed integer
);
create table if not exists {{ target.schema }}.audit_model (
    run_id text,
    node_name text,
    status text,
    seconds numeric,
    logged_at timestamptz default current_timestamp
);
create table if not exists {{ target.schema }}.email_log (
    id serial primary key,
    email text not null,
    message text not null
)
{% endmacro %}


{% macro log_run_start() %}
{% if execute %}
    {% set log_query %}
        insert into {{ target.schema }}.audit_run (
            run_id,
            run_started_at,
            target_name,
            target_schema,
            dbt_version,
            thread_count
        ) values (
            '{{ invocation_id }}',
            {{ audit_now() }},
            '{{ target.name }}',
            '{{ target.schema }}',
            '{{ dbt_version }}',
            {{ target.threads }}
        )
    {% endset %}

    {% do run_query(log_query) %}
{% endif %}
{% endmacro %}


{% macro log_model_results(results) %}
{% if execute and results %}
    insert into {{ target.schema }}.audit_model (run_id, node_name, status, seconds) values
    {% for result in results %}
        ('{{ invocation_id }}', '{{ result.node.name }}', '{{ result.status }}', {{ result.execution_time | round(3) }})
        {%- if not loop.last %},{% endif %}
    {% endfor %}
{% endif %}
{% endmacro %}


{% macro log_run_end() %}
{% if execute %}
    {% set log_query %}
        update {{ target.schema }}.audit_run
        set run_completed_at = {{ audit_now() }},
            models_run = {{ results | length }},
            models_passed = {{ results | selectattr('status', 'in', ['success', 'pass']) | list | length }},
            models_failed = {{ results | selectattr('status', 'equalto', 'error') | list | length }}
        where run_id = '{{ invocation_id }}'
    {% endset %}

    {% do run_query(log_query) %}
{% endif %}
{% endmacro %}
