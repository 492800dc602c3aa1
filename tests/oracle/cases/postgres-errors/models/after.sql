{{ config(materialized='table', post_hook=["select 'fails after'", "select 'never'"]) }}
select 1 as id
