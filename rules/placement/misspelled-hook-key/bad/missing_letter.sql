{{ config(materialized='table', «pre_hok»="select 1") }}

select 1 as id
