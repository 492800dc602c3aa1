{{ config(
    materialized='table',
    post_hook="«{{ run_query('insert into audit_model select 1') }}»"
) }}

select 1 as order_id
