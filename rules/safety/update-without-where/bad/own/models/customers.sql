{{ config(materialized='table', post_hook="«update {{ this }} set country = 'unknown'»") }}
select id, country from {{ ref('stg_customers') }}
