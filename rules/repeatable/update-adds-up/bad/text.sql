{{ config(materialized='incremental', post_hook="«update {{ this }} set note = note || '!', total = 1»") }}

select 1 as order_id, 2 as total, 'a' as note
