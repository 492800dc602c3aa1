{{ config(materialized='table', post_hook="«rollback»") }}

select 1 as order_id
