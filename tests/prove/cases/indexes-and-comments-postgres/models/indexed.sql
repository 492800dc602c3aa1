{{ config(materialized='table', post_hook=["create index if not exists indexed_customer on {{ this }} (customer_id)", "create unique index on {{ this }} (order_id)", "comment on column {{ this }}.amount is 'In euros'", "analyze {{ this }}"]) }}
select * from {{ ref('orders') }}
