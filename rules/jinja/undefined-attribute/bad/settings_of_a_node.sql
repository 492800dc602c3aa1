{{ config(
    materialized='table',
    post_hook="comment on {{ «model.materialized» }} {{ this }} is 'orders'"
) }}

select 1 as order_id
