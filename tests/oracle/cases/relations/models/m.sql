{{ config(materialized='table', schema='mart', alias='em') }}
select 1 as id
