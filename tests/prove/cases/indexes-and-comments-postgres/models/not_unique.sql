{{ config(materialized='table', post_hook="create unique index not_unique_customer on {{ this }} (customer_id)") }}
select * from {{ ref('orders') }}
