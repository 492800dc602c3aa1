{% macro both() %}root both{% endmacro %}
{% macro only_root() %}only root{% endmacro %}
{% macro default__greet() %}root default greet{% endmacro %}
{% macro postgres__own() %}pg own{% endmacro %}
{% macro default__own() %}default own{% endmacro %}
{% macro postgres__current_timestamp() %}my_now(){% endmacro %}
{% macro escape_single_quotes(x) %}root<{{ x }}>{% endmacro %}
{% macro log(msg, info=false) %}logged {{ msg }}{% endmacro %}
