{{ config(
    materialized='table',
    post_hook='analyze ' ~ 'orders' 
) }}

select * from {{ ref('rates') }}
