{{ config(materialized='incremental', post_hook=["{{ log('x') }}", "delete from {{ this }} where id in (select id from {{ source('raw', 'gone') }})"]) }}
select * from {{ ref('m') }}
