{% ##### sharing ##### %}
See {% https://example.com/sharing %}.
{% macro share(role) %}
  grant select on {{ this }} to {{ role }}
{% endmacro %}
