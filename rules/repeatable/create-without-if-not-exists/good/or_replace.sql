{{ config(
    materialized='table',
    post_hook="create or replace view {{ this.schema }}.orders_public as select order_id from {{ this }}"
) }}

select 1 as order_id, 'x' as secret
