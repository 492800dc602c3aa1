{% snapshot orders_history %}
{{ config(
    unique_key='order_id', strategy='check', check_cols='all',
    pre_hook="«truncate table {{ this }}»"
) }}
select 1 as order_id
{% endsnapshot %}
