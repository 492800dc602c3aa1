{{ config(
    materialized='incremental',
    unique_key='order_id',
    pre_hook=[
        "{% if is_incremental() %}delete from {{ this }} "
        "where order_id < 0{% endif %}"
    ]
) }}

select 1 as order_id
