{{ config(materialized='table', post_hook="truncate table {{ source('landing', 'payments') }}") }}

select * from {{ source('landing', 'payments') }}
