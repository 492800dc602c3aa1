{% macro log_start() %}
  insert into audit.runs (run_id, started_at) values ('{{ invocation_id }}', now())
{% endmacro %}
{% macro log_end() %}
  {% do run_query("«update audit.runs set models = »" ~ (results | length)) %}
{% endmacro %}
