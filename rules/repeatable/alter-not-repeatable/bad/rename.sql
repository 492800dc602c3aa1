{{ config(
    materialized='table',
    post_hook="«alter table {{ this }} rename to orders_final»"
) }}

select 1 as order_id
