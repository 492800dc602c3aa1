{% macro postgres__a() %}pkg pg a{% endmacro %}
{% macro default__a() %}pkg default a{% endmacro %}
{% macro default__b() %}pkg default b{% endmacro %}
{% macro redshift__c() %}pkg redshift c{% endmacro %}
{% macro default__c() %}pkg default c{% endmacro %}
{% macro e() %}{{ adapter.dispatch('e', 'pkg')() }}{% endmacro %}
{% macro default__e() %}pkg default e{% endmacro %}
{% macro postgres__e() %}pkg pg e{% endmacro %}
{% macro f() %}{{ return(adapter.dispatch('f', 'pkg')(*varargs, **kwargs)) }}{% endmacro %}
{% macro default__f(x, k) %}{{ x + k }}{% endmacro %}
