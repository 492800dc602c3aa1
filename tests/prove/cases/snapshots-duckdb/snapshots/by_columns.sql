{% snapshot by_columns %}
{{ config(strategy='check', check_cols=['age'], post_hook=["insert into {{ target.schema }}.seen select '{{ this.identifier }} open', 1 from {{ this }} where dbt_valid_to is null", "insert into {{ target.schema }}.seen select 'check', count(distinct dbt_scd_id) from {{ this }} where dbt_updated_at = dbt_valid_from"]) }}
select id, name, age, seen_at from {{ target.schema }}.people
{% endsnapshot %}
