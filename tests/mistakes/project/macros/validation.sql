{% macro validate_order_totals(column='order_total') %}
{% if execute %}
    {% set validation_query %}
        select case when count(*) > 0 then 'FAIL' else 'PASS' end as result
        from {{ this }}
        where {{ column }} < 0
    {% endset %}

    {% set result = run_query(validation_query) %}

    {% if result.columns[0].values()[0] == 'FAIL' %}
        {{ exceptions.raise_compiler_error("Negative order totals in " ~ this) }}
    {% endif %}
{% endif %}
{% endmacro %}


{% macro row_count(relation) %}
{% if execute %}
    {% set counted = run_query('select count(*) from ' ~ relation) %}
    {{ return(counted.columns[0].values()[0]) }}
{% else %}
    {{ return(0) }}
{% endif %}
{% endmacro %}


{% macro log_row_count(relation) %}
insert into {{ target.schema }}.maintenance_log (job)
values ('{{ relation.identifier }} has {{ row_count(relation) }} rows')
{% endmacro %}
