{{ config(
    materialized='table',
    post_hook="{% set sql = 'insert into audit_model select 1' %}{% do run_query(sql) %}"
) }}

select 1 as order_id
