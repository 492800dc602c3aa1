{{ config(materialized='table', post_hook="alter table {{ this }} add foreign key (customer_id) references {{ ref('customers') }} (customer_id)") }}
select order_id, customer_id from {{ ref('orders') }}
