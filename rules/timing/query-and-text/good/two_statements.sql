{{ config(
    materialized='table',
    post_hook="{% do run_query('delete from audit_model') %}insert into audit_model select 1"
) }}

select 1 as order_id
