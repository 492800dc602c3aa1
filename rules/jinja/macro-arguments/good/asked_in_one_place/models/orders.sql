{{ config(
    materialized='table',
    post_hook=["{{ policy(this) }}", "{{ policy(this, 'owner') }}"]
) }}

select 1 as order_id
