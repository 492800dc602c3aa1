{{ config(materialized='table', pre_hook="select count(*) from {{ ref('stg_b') }}") }}
select 1 as id
