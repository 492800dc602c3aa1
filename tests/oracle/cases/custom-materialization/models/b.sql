{{ config(materialized='never') }} select 1 as id
