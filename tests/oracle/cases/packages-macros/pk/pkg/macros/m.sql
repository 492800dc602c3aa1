{% macro both() %}pkg both{% endmacro %}
{% macro only_pkg() %}only pkg{% endmacro %}
{% macro calls_both() %}[{{ both() }}]{% endmacro %}
{% macro calls_only_pkg() %}[{{ only_pkg() }}]{% endmacro %}
{% macro calls_root() %}[{{ only_root() }}]{% endmacro %}
{% macro dispatching() %}{{ return(adapter.dispatch('greet', 'pkg')()) }}{% endmacro %}
{% macro default__greet() %}pkg default greet{% endmacro %}
{% macro postgres__greet() %}pkg pg greet{% endmacro %}
{% macro default__greet2(x) %}pkg default {{ x }}{% endmacro %}
{% macro postgres__greet2(x) %}pkg pg {{ x }}{% endmacro %}
