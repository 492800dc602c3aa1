{{ config(tags=['nightly', 'x'], meta={'owner': 'me'}, materialized='table') }}
select id from {{ source('raw', 'things') }}
