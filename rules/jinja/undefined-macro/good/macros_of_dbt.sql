{{ config(
    materialized='incremental',
    unique_key='order_id',
    pre_hook="{% if is_incremental() %}delete from {{ this }} where loaded_at < {{ current_timestamp() }}{% endif %}"
) }}

select 1 as order_id, current_timestamp as loaded_at
