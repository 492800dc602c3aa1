{% snapshot block_snap %}
{{ config(unique_key='id', strategy='check', check_cols=['v'], post_hook="select 'in block {{ this.name }}'") }}
select * from {{ ref('m') }}
{% endsnapshot %}
