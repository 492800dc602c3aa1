{{ config(materialized='table', post_hook="update {{ this }} set total = total * 1.2") }}

select 1 as order_id, 2 as total, 'a' as note
