{{ config(
    materialized='table',
    meta={'owner': 'sales'},
    post_hook="comment on table {{ this }} is '{{ model.config.meta.owner }} {{ model.meta.contact }} {{ model.config.team }}'"
) }}

select 1 as order_id
