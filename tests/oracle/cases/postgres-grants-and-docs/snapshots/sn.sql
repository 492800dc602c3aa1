{% snapshot sn %}{{ config(unique_key='id', strategy='check', check_cols='all', target_schema='sc') }}select 1 as id{% endsnapshot %}
