{{ config(
    materialized='table',
    post_hook="merge into {{ this }} as target using (select 2 as order_id) as source on target.order_id = source.order_id when matched then delete"
) }}

select 1 as order_id
