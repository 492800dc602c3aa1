{% macro purge_audit() %}
    delete from {{ var('audit_schema') }}.audit_run
    where ended_at < current_date - {{ «var('audit_days')» }}
{% endmacro %}
