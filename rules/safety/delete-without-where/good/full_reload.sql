{{ config(materialized='incremental', pre_hook="{% if is_incremental() %}delete from {{ this }}{% endif %}") }}

select 1 as order_id
