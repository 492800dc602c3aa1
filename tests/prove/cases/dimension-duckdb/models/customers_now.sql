{{ config(materialized='table', post_hook=["{{ close_changed(target.schema ~ '.dim_customer', this) }}", "{{ open_new(target.schema ~ '.dim_customer', this) }}", "delete from {{ target.schema }}.dim_customer using {{ target.schema }}.blocked b where dim_customer.customer_id = b.customer_id"]) }}
select * from {{ ref('customers') }}
