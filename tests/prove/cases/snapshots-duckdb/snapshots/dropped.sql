{% snapshot dropped %}
{{ config(strategy='check', check_cols=['age'], post_hook=["alter table {{ this }} drop column dbt_scd_id"]) }}
select id, name, age, seen_at from {{ target.schema }}.people
{% endsnapshot %}
