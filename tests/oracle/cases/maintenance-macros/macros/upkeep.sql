{% macro indexes() %}
  {%- for columns in config.get('index_on', []) %}
    {%- set name = 'ix_' ~ local_md5(this.identifier ~ columns | string)[:8] %}
    create index if not exists {{ name }} on {{ this }} ({{ [columns] | join(', ') if columns is string else columns | join(', ') }});
  {%- endfor -%}
{% endmacro %}
{% macro vacuum(relation, mode) %}{{ 'vacuum ' ~ mode ~ ' ' ~ relation if mode else '' }}{% endmacro %}
{% macro comments() -%}
  {%- set ns = namespace(sql=[]) -%}
  {%- if model.description -%}{%- do ns.sql.append("comment on table " ~ this ~ " is " ~ dbt.string_literal(dbt.escape_single_quotes(model.description))) -%}{%- endif -%}
  {%- for name, column in model.columns.items() if column.description -%}
    {%- do ns.sql.append("comment on column " ~ this ~ "." ~ adapter.quote(name) ~ " is " ~ dbt.string_literal(dbt.escape_single_quotes(column.description))) -%}
  {%- endfor -%}
  {{ ns.sql | join(';\n') }}
{%- endmacro %}
{% macro checks(list) %}
  {% if not list %}{{ return('') }}{% endif %}
  {% for check in list %}
    alter table {{ this }} add constraint {{ check.name | default('ck_' ~ loop.index) }} check ({{ check['expr'] }});
  {% endfor %}
{% endmacro %}
{% macro retention(days) %}{% if days is not none and days | int > 0 %}delete from {{ this }} where at < '{{ (run_started_at - modules.datetime.timedelta(days=days | int)).date() }}'{% endif %}{% endmacro %}
