{{ config(materialized='table', post_hook="insert into {{ target.schema }}.events select 'current', '{{ this.identifier }}'") }}
select customer_id, country from {{ ref('customers_history') }} where dbt_valid_to is null
