{{ config(schema='mart', alias='bee') }}
select id from {{ ref('a') }}
