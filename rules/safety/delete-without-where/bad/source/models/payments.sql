{{ config(materialized='table', alias='paid', post_hook="«delete from {{ source('raw', 'payments') }} where 1 = 1»") }}

select * from {{ source('raw', 'payments') }}
