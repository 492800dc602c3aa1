{% snapshot named_wrong %}
{{ config(strategy='check', check_cols=['age'], snapshot_meta_column_names={'dbt_valid_to': 'to_when'}, post_hook=["insert into {{ target.schema }}.seen select 'x', 1 from {{ this }} where dbt_valid_to is null"]) }}
select id, name, age, seen_at from {{ target.schema }}.people
{% endsnapshot %}
