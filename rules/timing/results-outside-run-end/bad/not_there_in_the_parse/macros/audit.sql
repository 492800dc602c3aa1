{% macro log_first() %}
    insert into audit_run (status) values ('{{ «results»[0].status }}')
{% endmacro %}
