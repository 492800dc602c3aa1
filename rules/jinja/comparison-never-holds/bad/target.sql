{{ config(
    materialized='table',
    post_hook="{% if target.name == «'production'» %}analyze {{ this }}{% endif %}"
) }}

select 1 as order_id
