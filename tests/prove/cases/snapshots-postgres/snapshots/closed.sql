{% snapshot closed %}
{{ config(strategy='timestamp', updated_at='seen_at', hard_deletes='invalidate', post_hook=["insert into {{ target.schema }}.seen select '{{ this.identifier }} open', 1 from {{ this }} where dbt_valid_to is null"]) }}
select id, name, age, seen_at from {{ target.schema }}.people
{% endsnapshot %}
