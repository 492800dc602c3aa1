«{% macro write(results) %}insert into log.runs select {{ results | length }}{% endmacro %}»
