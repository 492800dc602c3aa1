{{ config(
    materialized='table',
    post_hook="«alter table {{ this }} add constraint orders_pk primary key (order_id)»"
) }}

select 1 as order_id
