{{ config(
    materialized='table',
    post_hook="{% if «target.name > 3» %}analyze {{ this }}{% endif %}"
) }}

select 1 as order_id
