{% snapshot orders_history %}
{{ config(
    unique_key='order_id', strategy='check', check_cols='all',
    post_hook="«update {{ this }} set total = total + 1»"
) }}
select 1 as order_id, 2 as total
{% endsnapshot %}
