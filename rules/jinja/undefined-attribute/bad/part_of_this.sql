{{ config(
    materialized='table',
    post_hook="comment on table {{ this.schema }}.{{ «this.identifer» }} is 'orders'"
) }}

select 1 as order_id
