{{ config(materialized='table', custom_key='cv', tags='own') }}
select id, 2 as amount from {{ ref('src') }}
