{% macro guarded(x) %}{{ nope }}|{{ x }}|{{ x is defined }}|{{ nope | length }}|{{ x | default('d') }}|{{ x == y }}{% endmacro %}
