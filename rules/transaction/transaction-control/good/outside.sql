{{ config(
    materialized='table',
    post_hook={"sql": "begin; delete from audit.orders where order_id = 1; commit;", "transaction": False}
) }}

select 1 as order_id
