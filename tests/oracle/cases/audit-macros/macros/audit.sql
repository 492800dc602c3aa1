{% macro audit_table(name) -%}
  {{ return(adapter.quote(var('audit_schema') if target.name == 'prod' else target.schema ~ '_' ~ var('audit_schema')) ~ '.' ~ adapter.quote(name)) }}
{%- endmacro %}

{% macro audit_tables() %}
  {%- for name, columns in {'runs': ['id text', 'what text', 'at timestamp'], 'models': ['id text', 'model text', 'what text']}.items() %}
    create table if not exists {{ audit_table(name) }} ({{ columns | join(', ') }});
  {%- endfor %}
{% endmacro %}

{% macro audit_run(what) %}
  insert into {{ audit_table('runs') }} (id, what, at)
  values ('{{ invocation_id }}', '{{ what }} of {{ project_name }} on {{ target.name }}', '{{ run_started_at.strftime("%Y-%m-%dT%H:%M:%S") }}')
{%- endmacro %}

{%- macro audit_model(what) -%}
  {%- set row = [invocation_id, model.unique_id, what] -%}
  insert into {{ audit_table('models') }} values ({% for v in row %}'{{ v }}'{% if not loop.last %}, {% endif %}{% endfor %})
{%- endmacro -%}

{% macro audit_results(results) %}
  {% if execute and results | length > 0 %}
    insert into {{ audit_table('models') }} values
    {% for r in results | sort(attribute='node.name') %}
      ('{{ invocation_id }}', '{{ r.node.unique_id }}', '{{ r.status }}'){{ "," if not loop.last }}
    {% endfor %}
  {% endif %}
{% endmacro %}

{% macro share(schema) %}grant usage on schema {{ schema }} to {{ 'analyst' if target.name == 'prod' else target.user }};
{% endmacro %}

{% macro share_relation(relation, roles) %}
  {% for role in roles %}
    {% set statement %}grant select on {{ relation }} to {{ role }}{% endset %}
    {{ statement }};
  {% endfor %}
{% endmacro %}
