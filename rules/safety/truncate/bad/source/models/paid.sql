{{ config(materialized='table', post_hook="«truncate table {{ source('raw', 'payments') }}»") }}

select * from {{ source('raw', 'payments') }}
