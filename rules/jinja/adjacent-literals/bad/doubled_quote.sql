{{ config(
    materialized='table',
    post_hook="comment on table {{ this }} is {{ dbt.string_literal(«'the day''s orders'») }}"
) }}

select 1 as order_id
