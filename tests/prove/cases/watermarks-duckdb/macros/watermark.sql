{% macro keep_watermark(relation, column) %}
insert into {{ target.schema }}.watermarks (model, high)
select '{{ relation.identifier }}', coalesce(max({{ column }}), 0) from {{ relation }}
on conflict (model) do update set high = excluded.high
{% endmacro %}
