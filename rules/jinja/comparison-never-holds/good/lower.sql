{{ config(
    materialized='table',
    post_hook="{% if target.name | lower == 'prod' and target.type in ('postgres', 'redshift') %}analyze {{ this }}{% endif %}"
) }}

select 1 as order_id
