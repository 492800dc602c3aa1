{{ config(materialized='table', post_hook="«checkpoint»") }}

select 1 as order_id
