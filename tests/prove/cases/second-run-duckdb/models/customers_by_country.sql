{{ config(materialized='table', post_hook=["create index customers_by_country_country on {{ this }} (country)", "alter table {{ this }} add column loaded_at timestamp"]) }}
select country, count(*) as customers from {{ ref('customers') }} group by 1
