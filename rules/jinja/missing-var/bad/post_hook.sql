{{ config(
    materialized='table',
    post_hook=[
        "grant select on {{ this }} to {{ var('reader', 'reporter') }}",
        "grant update on {{ this }} to {{ «var('writer')» }}"
    ]
) }}

select 1 as order_id
