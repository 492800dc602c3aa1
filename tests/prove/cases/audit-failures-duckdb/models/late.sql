{{ config(materialized='table', post_hook="insert into {{ target.schema }}.audit_result (node, state) values (1, 2)") }}
select * from {{ ref('customer_totals') }}
