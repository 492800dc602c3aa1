{% macro check_rows(rel) %}{% if execute %}
  {% set res = run_query("select count(*) as n, min(1) as one from " ~ rel) %}
  {% if res and res.rows | length > 0 %}
  {% set n = res.rows[0]['n'] %}
  {% if n == 0 %}{{ exceptions.raise_compiler_error("empty: " ~ rel) }}{% else %}{{ log("rows: " ~ n, info=false) }}{% endif %}
  {% endif %}{% endif %}{% endmacro %}
{% macro finish() %}{% if execute %}
  {% set failed = results | selectattr('status', 'in', ['error', 'fail']) | list | length %}
  update {{ target.schema }}.runs set ended = current_timestamp, status = '{{ 'failed' if failed else 'ok' }}' where run_id = '{{ invocation_id }}'
{% endif %}{% endmacro %}
{% macro gate() %}{% if execute %}{% set q %}select model, count(*) as n from {{ target.schema }}.model_log where run_id = '{{ invocation_id }}' group by model having count(*) > 1{% endset %}
  {% set dup = run_query(q) %}{% if dup.rows | length > 0 %}{{ exceptions.raise_compiler_error('dups ' ~ (dup.columns['model'].values() | join(','))) }}{% endif %}
  {% set logged = run_query("select count(distinct model) from " ~ target.schema ~ ".model_log where run_id = '" ~ invocation_id ~ "'").columns[0][0] %}
  {% if logged | int != (results | selectattr('node.resource_type', 'equalto', 'model') | list | length) %}{{ exceptions.raise_compiler_error('missing ' ~ logged) }}{% endif %}
  {% endif %}{% endmacro %}
