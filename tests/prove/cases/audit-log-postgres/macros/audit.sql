{% macro create_audit_tables() %}
create table if not exists {{ target.schema }}.audit_run (
  invocation_id text primary key, started_at timestamp, command text, models int, failed int
)
{% endmacro %}

{% macro log_start() %}
insert into {{ target.schema }}.audit_run (invocation_id, started_at, command)
values ('{{ invocation_id }}', '{{ run_started_at.strftime("%Y-%m-%d %H:%M:%S") }}', '{{ flags.WHICH }}')
{% endmacro %}

{% macro log_end(results) %}
  {%- set models = results | selectattr('node.resource_type', 'equalto', 'model') | list -%}
  {%- set failed = results | selectattr('status', 'in', ['error', 'fail']) | list -%}
update {{ target.schema }}.audit_run
set models = {{ models | length }}, failed = {{ failed | length }}
where invocation_id = '{{ invocation_id }}'
{% endmacro %}

{% macro log_results(results) %}
  {% if execute and results %}
  insert into {{ target.schema }}.audit_result (invocation_id, node, status) values
  {% for result in results -%}
  ('{{ invocation_id }}', '{{ result.node.unique_id }}', '{{ result.status }}'){{ ',' if not loop.last }}
  {% endfor %}
  {% endif %}
{% endmacro %}
