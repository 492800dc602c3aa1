{{ config(
    materialized='incremental',
    post_hook=[
        "update {{ this }} set anything = 'none' where other is null",
        "delete from {{ this }} where id in (select id from {{ ref('events') }} where stamp < now())"
    ]
) }}
select * from raw.orders
