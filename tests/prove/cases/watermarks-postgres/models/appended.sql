{{ config(materialized='incremental') }}
select order_id, amount from {{ ref('orders') }}
{% if is_incremental() %}
where order_id > (select high from {{ target.schema }}.watermarks where model = '{{ this.identifier }}')
{% endif %}
