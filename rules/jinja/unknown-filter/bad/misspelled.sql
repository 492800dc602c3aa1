{{ config(
    materialized='table',
    post_hook="comment on table {{ this }} is '{{ this.name | «uper» }}'"
) }}

select 1 as order_id
