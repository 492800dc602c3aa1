{{ config(
    materialized='table',
    post_hook="{% do run_query('delete from audit_model') %}«delete from audit_model»"
) }}

select 1 as order_id
