{% snapshot widened %}
{{ config(strategy='check', check_cols=['age'], post_hook=["alter table {{ this }} add column if not exists loaded_at timestamp", "insert into {{ target.schema }}.seen select '{{ this.identifier }} open', 1 from {{ this }} where dbt_valid_to is null"]) }}
select id, name, age, seen_at from {{ target.schema }}.people
{% endsnapshot %}
