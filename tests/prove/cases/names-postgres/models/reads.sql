{{ config(materialized='table', post_hook="create index on {{ this }} (Id)") }}
select "Id" from {{ ref('Mixed') }}
