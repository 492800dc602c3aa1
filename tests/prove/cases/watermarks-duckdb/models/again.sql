{{ config(materialized='incremental', pre_hook="{% if is_incremental() %}delete from {{ this }} where order_id >= 3{% endif %}") }}
select order_id, status from {{ ref('orders') }}
{% if is_incremental() %} where order_id >= 3 {% endif %}
