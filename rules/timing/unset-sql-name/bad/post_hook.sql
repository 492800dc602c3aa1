{{ config(
    materialized='table',
    post_hook="{% do run_query(«sql») %}"
) }}

select 1 as order_id
