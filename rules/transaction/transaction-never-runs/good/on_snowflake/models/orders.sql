{{ config(
    materialized='table',
    post_hook={"sql": "alter table {{ this }} cluster by (order_id)", "transaction": True}
) }}

select 1 as order_id
