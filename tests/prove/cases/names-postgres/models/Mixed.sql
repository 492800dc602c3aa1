{{ config(materialized='table', alias='MixedCase', post_hook="create index on {{ this }} (\"Id\")") }}
select 1 as "Id", 2 as Other
