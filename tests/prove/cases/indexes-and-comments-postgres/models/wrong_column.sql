{{ config(materialized='table', post_hook="create index wrong_column_when on {{ this }} (orderd_at)") }}
select order_id, ordered_at from {{ ref('orders') }}
