{{ config(materialized='ephemeral', post_hook="select 'never'") }}
select * from {{ ref('stg_a') }}
