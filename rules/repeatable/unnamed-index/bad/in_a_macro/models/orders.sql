{{ config(materialized='incremental', post_hook="{{ add_index('order_id') }}") }}

select 1 as order_id
