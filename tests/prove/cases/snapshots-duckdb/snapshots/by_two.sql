{% snapshot by_two %}
{{ config(strategy='check', check_cols=['age'], unique_key=['id', 'name'], post_hook=["insert into {{ target.schema }}.seen select '{{ this.identifier }} open', 1 from {{ this }} where dbt_valid_to is null"]) }}
select id, name, age, seen_at from {{ target.schema }}.people
{% endsnapshot %}
