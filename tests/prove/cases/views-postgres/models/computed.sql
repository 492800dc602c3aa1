{{ config(materialized='view', post_hook=["insert into {{ this }} (id) values (50)"]) }}
select id, upper(name) as name from {{ target.schema }}.base
