{{ config(materialized='incremental', pre_hook="{% if is_incremental() %}truncate table {{ this }}{% endif %}") }}

select 1 as order_id
