{{ config(
    materialized='table',
    post_hook="{% if this is not «null» %}analyze {{ this }}{% endif %}"
) }}

select 1 as order_id
