{{ config(
    materialized='table',
    post_hook="insert into {{ this }} values (-1, 'unknown')"
) }}

select 1 as customer_id, 'Ada' as name
