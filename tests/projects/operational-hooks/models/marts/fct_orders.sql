-- fct_orders.sql
{{ config(
    materialized='incremental',
    post_hook="""
        {% if execute %}
            {{ validate_order_totals() }}
        {% endif %}
    """
) }}

SELECT
    order_id,
    customer_id,
    ordered_at,
    order_total
FROM {{ ref('stg_orders') }}
{% if is_incremental() %}
WHERE ordered_at > (SELECT MAX(ordered_at) FROM {{ this }})
{% endif %}
