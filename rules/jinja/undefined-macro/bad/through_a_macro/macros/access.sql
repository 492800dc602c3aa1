{% macro share_with_bi() %}
    {% for role in ['reporter', 'analyst'] %}
        grant select on {{ this }} to {{ «role_nmae»(role) }};
    {% endfor %}
{% endmacro %}

{% macro role_name(role) %}{{ target.name }}_{{ role }}{% endmacro %}
