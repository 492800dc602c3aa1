{{ config(
    materialized='table',
    post_hook="{% set rates = ref('rates') %}{% if execute %}insert into rates_used select rate from {{ rates }}{% endif %}"
) }}

select 1 as order_id
