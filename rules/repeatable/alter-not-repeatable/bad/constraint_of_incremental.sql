{{ config(
    materialized='incremental',
    post_hook="«alter table {{ this }} add constraint positive check (order_id > 0)»"
) }}

select 1 as order_id
