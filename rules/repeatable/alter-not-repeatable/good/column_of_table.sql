{{ config(
    materialized='table',
    post_hook=[
        "alter table {{ this }} add column loaded_at timestamp",
        "alter table {{ this }} add primary key (order_id)",
        "alter table {{ this }} add constraint positive check (order_id > 0)"
    ]
) }}

select 1 as order_id
