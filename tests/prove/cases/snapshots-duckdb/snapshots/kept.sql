{% snapshot kept %}
{{ config(strategy='timestamp', updated_at='seen_at', hard_deletes='new_record', post_hook=["insert into {{ target.schema }}.seen select '{{ this.identifier }} open', 1 from {{ this }} where dbt_valid_to is null", "insert into {{ target.schema }}.seen select 'deleted', 1 from {{ this }} where dbt_is_deleted = 'True'"]) }}
select id, name, age, seen_at from {{ target.schema }}.people
{% endsnapshot %}
