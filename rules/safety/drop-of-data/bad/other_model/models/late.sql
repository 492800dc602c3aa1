{{ config(materialized='table', post_hook="«drop table {{ ref('orders') }}»") }}

select * from {{ ref('orders') }}
