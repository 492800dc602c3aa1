{% macro current_timestamp() %}root_now(){% endmacro %}
{% macro generate_schema_name(custom_schema_name, node=none) %}{{ 'gen_' ~ (custom_schema_name or target.schema) }}{% endmacro %}
{% macro local_md5(x) %}no hash of {{ x }}{% endmacro %}
{% macro ref(name) %}{{ return(builtins.ref(name).include(database=false)) }}{% endmacro %}
{% macro is_incremental() %}{{ return('maybe') }}{% endmacro %}
{% macro run_query(q) %}not run: {{ q }}{% endmacro %}
{% macro schema() %}never{% endmacro %}
