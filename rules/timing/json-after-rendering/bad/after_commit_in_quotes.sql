{{ config(
    materialized='table',
    post_hook=«"{{ after_commit('vacuum') }}"»
) }}

select 1 as order_id
