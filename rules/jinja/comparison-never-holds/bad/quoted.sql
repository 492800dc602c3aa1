{{ config(
    materialized='table',
    post_hook="{% if «'target.name' == 'prod'» %}analyze {{ this }}{% endif %}"
) }}

select 1 as order_id
