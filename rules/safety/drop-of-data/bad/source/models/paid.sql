{{ config(materialized='table', post_hook="«drop table if exists {{ source('raw', 'payments') }}»") }}

select * from {{ source('raw', 'payments') }}
