{{ config(materialized='table' if target.name == 'prod' else 'ephemeral', post_hook="analyze {{ this }}") }}

select 1 as id
