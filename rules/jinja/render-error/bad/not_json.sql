{{ config(
    materialized='table',
    post_hook="insert into audit_run (label) values ('{{ «tojson(this)» }}')"
) }}

select 1 as order_id
