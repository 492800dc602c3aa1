{{ config(
    materialized='incremental',
    pre_hook="{% if is_incremental() %}alter table {{ this }} add column if not exists channel text{% endif %}"
) }}

select 1 as order_id, 'web' as channel
