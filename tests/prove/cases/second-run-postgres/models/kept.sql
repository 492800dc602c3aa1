{{ config(materialized='incremental', post_hook="alter table {{ this }} add column note text") }}
select customer_id, name from {{ ref('customers') }}
{% if is_incremental() %} where customer_id > (select max(customer_id) from {{ this }}) {% endif %}
