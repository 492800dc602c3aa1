{{ config(materialized='table', post_hook="insert into {{ target.schema }}.seen select 'below', 1 from {{ this }}") }}
select id from {{ ref('twice') }}
