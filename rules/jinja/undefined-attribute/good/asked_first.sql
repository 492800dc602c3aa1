{{ config(
    materialized='table',
    post_hook="{% if target.warehose is defined %}select 1{% endif %} {{ model.owner | default('') }}"
) }}

select 1 as order_id
