{{ config(materialized='incremental', post_hook="update {{ this }} set total = total * 1.2 where order_id > 5") }}

select 1 as order_id, 2 as total, 'a' as note
