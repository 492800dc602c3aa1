{{ config(materialized='table', pre_hook="set local lock_timeout = '5s'") }}

select 1 as order_id
