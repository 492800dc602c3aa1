{% snapshot orders_history %}
{{ config(
    unique_key='order_id', strategy='check', check_cols='all',
    post_hook={"sql": "alter table {{ this }} cluster by (order_id)", "transaction": False}
) }}
select 1 as order_id
{% endsnapshot %}
