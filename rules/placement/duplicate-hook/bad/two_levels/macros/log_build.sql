{% macro log_build() %}insert into audit.builds values ('{{ this.name }}'){% endmacro %}
