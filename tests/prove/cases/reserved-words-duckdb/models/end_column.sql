{{ config(materialized='table', post_hook="alter table {{ this }} add column end timestamp") }}
select 1 as id
