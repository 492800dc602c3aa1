{% macro breaks(x) %}{{ x.a.b }}{% endmacro %}
