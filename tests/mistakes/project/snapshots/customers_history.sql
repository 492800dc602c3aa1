{% snapshot customers_history %}
{{ config(
    target_schema=target.schema,
    unique_key='customer_id',
    strategy='check',
    check_cols=['name', 'country'],
    post_hook="grant select on {{ this }} to auditor"
) }}
select * from {{ ref('raw_customers') }}
{% endsnapshot %}
