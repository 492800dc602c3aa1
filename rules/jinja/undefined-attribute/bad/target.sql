{{ config(
    materialized='table',
    post_hook="create table if not exists {{ «target.shema» }}.notes (note text)"
) }}

select 1 as order_id
