{% snapshot named %}
{{ config(strategy='check', check_cols=['age'], snapshot_meta_column_names={'dbt_valid_from': 'from_when', 'dbt_valid_to': 'to_when', 'dbt_scd_id': 'scd', 'dbt_updated_at': 'updated'}, post_hook=["insert into {{ target.schema }}.seen select 'named', count(scd) from {{ this }} where to_when is null and from_when is not null and updated is not null"]) }}
select id, name, age, seen_at from {{ target.schema }}.people
{% endsnapshot %}
