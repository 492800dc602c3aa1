{% snapshot by_other %}
{{ config(strategy='check', check_cols=['name'], post_hook=["insert into {{ target.schema }}.seen select '{{ this.identifier }} open', 1 from {{ this }} where dbt_valid_to is null"]) }}
select id, name, age, seen_at from {{ target.schema }}.people
{% endsnapshot %}
