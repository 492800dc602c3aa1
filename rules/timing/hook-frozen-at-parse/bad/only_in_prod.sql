{{ config(
    materialized='table',
    schema=('public' if target.name == 'prod' else none),
    post_hook=[
        "comment on table {{ this }} is 'orders'",
        «'grant select on ' ~ this ~ ' to reporter'»
    ]
) }}

select 1 as order_id
