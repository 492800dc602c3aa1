{{ config(materialized='view', post_hook=["insert into {{ this }} values (90)"]) }}
with b as (select id from {{ target.schema }}.base) select id from b
