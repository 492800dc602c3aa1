{{ config(materialized='table', pre_hook=["select 'fails before'", "select 'never'"], post_hook="select 'never'") }}
select 1 as id
