{{ config(materialized='table', post_hook="insert into {{ target.schema }}.audit_result select 'a', 'b', 'c', 'd'") }}
select * from {{ ref('customer_totals') }}
