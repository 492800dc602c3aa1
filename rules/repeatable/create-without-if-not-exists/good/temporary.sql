{{ config(
    materialized='table',
    pre_hook="create temporary table changed_keys (order_id integer)"
) }}

select 1 as order_id
