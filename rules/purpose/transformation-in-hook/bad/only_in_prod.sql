{{ config(
    materialized='table',
    post_hook="{% if target.name == 'prod' %}«insert into kpi.orders select order_date, count(*) from {{ this }} group by order_date»{% endif %}"
) }}

select 1 as order_id, current_date as order_date
