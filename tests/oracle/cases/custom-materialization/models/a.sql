{{ config(materialized='once') }} select 1 as id
