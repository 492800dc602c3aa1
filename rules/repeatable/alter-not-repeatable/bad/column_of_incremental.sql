{{ config(
    materialized='incremental',
    post_hook="«alter table {{ this }} add column loaded_at timestamp»"
) }}

select 1 as order_id
