{{ config(
    materialized='table',
    post_hook=[
        "comment on table {{ this }} is 'orders (all of them'",
        "grant select on {{ this }} to reporter -- readers (see the wiki"
    ]
) }}

select 1 as order_id
