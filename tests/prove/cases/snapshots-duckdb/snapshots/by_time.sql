{% snapshot by_time %}
{{ config(strategy='timestamp', updated_at='seen_at', post_hook=["insert into {{ target.schema }}.seen select '{{ this.identifier }} open', 1 from {{ this }} where dbt_valid_to is null", "insert into {{ target.schema }}.seen select 'time', 1 from {{ this }} where dbt_valid_from = timestamp '2024-02-01 00:00:00'"]) }}
select id, name, age, seen_at from {{ target.schema }}.people
{% endsnapshot %}
