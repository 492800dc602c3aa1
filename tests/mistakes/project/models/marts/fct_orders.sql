{{ config(
    materialized='incremental',
    unique_key='order_id',
    pre_hook="""
        {% if is_incremental() %}
            delete from {{ this }}
            where order_id in (select order_id from {{ source('raw', 'deletions') }})
        {% endif %}
    """,
    post_hook=[
        "{{ validate_order_totals() }}",
        "{{ log_row_count(this) }}",
        {"sql": "{{ vacuum(this) }}", "transaction": false}
    ]
) }}

select
    order_id,
    customer_id,
    ordered_at,
    order_total
from {{ ref('stg_orders') }}
{% if is_incremental() %}
where ordered_at >= (select max(ordered_at) from {{ this }})
{% endif %}
