{{ config(materialized='view', post_hook=["insert into {{ this }} values (90)"]) }}
select id from {{ target.schema }}.base union all select id from {{ target.schema }}.base
