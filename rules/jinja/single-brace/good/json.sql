{{ config(
    materialized='table',
    post_hook="insert into notes select '{\"owner\": \"sales\", \"this\": 1, \"target\": {}}' from {{ this }}"
) }}

select 1 as order_id
