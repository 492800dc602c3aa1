{% macro now() %}{{ return(adapter.dispatch('now')()) }}{% endmacro %}

{% macro default__now() %}current_timestamp{% endmacro %}

{% macro «postgres_now»() %}clock_timestamp(){% endmacro %}
