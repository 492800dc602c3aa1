{{ config(materialized='table', post_hook="begin; delete from audit.orders where order_id = 1; commit;") }}

select 1 as order_id
