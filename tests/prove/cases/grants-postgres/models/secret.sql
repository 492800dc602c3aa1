{{ config(materialized='table', schema='private', post_hook="revoke all on {{ this }} from public") }}
select * from {{ ref('people') }}
