{{ config(materialized='table', post_hook="«truncate {{ ref('orders') }}»") }}

select * from {{ ref('orders') }}
