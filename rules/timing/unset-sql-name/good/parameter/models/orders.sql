{{ config(
    materialized='table',
    post_hook="{{ run_and_log('insert into audit_model select 1') }}"
) }}

select 1 as order_id
