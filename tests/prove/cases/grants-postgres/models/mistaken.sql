{{ config(materialized='table', post_hook="grant select (no_such_column) on {{ this }} to analyst") }}
select * from {{ ref('people') }}
