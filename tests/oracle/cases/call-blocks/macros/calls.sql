{% macro wrap(tag) %}[{{ tag }}:{{ caller() }}]{% endmacro %}
{% macro each(items) %}{% for i in items %}{{ caller(i) }}{% endfor %}{% endmacro %}
{% macro maybe() %}{% if caller is defined %}{{ caller() }}{% else %}no caller{% endif %}{% endmacro %}
{% macro stored() %}{% set body = caller() %}{{ body | upper }} {{ body | length }}{% endmacro %}
{% macro returning() %}x{{ return(caller() ~ '!') }}y{% endmacro %}
{% macro twice() %}{{ caller() }}{{ caller() }}{% endmacro %}
