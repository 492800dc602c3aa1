{% set file_level = 'file' %}
{% macro plain(a, b='dflt') %}a={{ a }} b={{ b }}{% endmacro %}
{% macro some(x, y) -%}
  x={{ x is defined }} y={{ y is defined }} k={{ kwargs | length }} {{ x }}{{ y }}
{%- endmacro %}
{% macro rest() %}{{ varargs }} {{ kwargs }}{% endmacro %}
{% macro typed(what) %}
  dropped text
  {% if what == 'list' %}{{ return([1, 'two']) }}{% endif %}
  {% if what == 'dict' %}{{ return({'k': 'v'}) }}{% endif %}
  {% if what == 'none' %}{{ return(none) }}{% endif %}
  {% if what == 'int' %}{% do return(41) %}{% endif %}
  {% if what == 'tuple' %}{{ return((1, 2)) }}{% endif %}
  the {{ what }}
{% endmacro %}
{% macro early() %}before{% do return('early') %}after{% endmacro %}
{% macro spaced() %}
  select 1

  {% if true %}
  , 2
  {% endif %}
{% endmacro %}
{% macro nested(n) %}{% if n > 0 %}{{ n }}({{ nested(n - 1) }}){% endif %}{% endmacro %}
{% macro gives_none() %}text{{ return(none) }}{% endmacro %}
{% macro appended() %}{% set l = [] %}{{ l.append(1) }}{{ l }}{% endmacro %}
{% macro picked(c) %}{{ 'yes' if c else none }}{% endmacro %}
{% macro default_of_default(a=1, b=a) %}{{ a }}{{ b }}{% endmacro %}
{% macro uses_file_set() %}[{{ file_level }}]{% endmacro %}
{% macro mutates(l=[]) %}{% do l.append(1) %}{{ l }}{% endmacro %}
{% macro returns_in_loop() %}{% for i in range(5) %}{% if i == 3 %}{{ return(i * 10) }}{% endif %}{{ i }}{% endfor %}{% endmacro %}
{% macro returns_in_if(c) %}{% if c %}{{ return('first ') }}{% else %}{% set x = return('second') %}{% endif %}never{% endmacro %}
{% macro returns_macro() %}{{ return(plain) }}{% endmacro %}
