{{ config(materialized='incremental', post_hook="update {{ this }} set note = upper(note), total = 2") }}

select 1 as order_id, 2 as total, 'a' as note
