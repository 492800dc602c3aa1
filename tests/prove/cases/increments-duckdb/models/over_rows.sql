{{ config(materialized='incremental', post_hook="create or replace view {{ target.schema }}.over_anew as select id from {{ this }}") }}
select id from {{ target.schema }}.arrivals
