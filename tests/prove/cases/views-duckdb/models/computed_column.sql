{{ config(materialized='view', post_hook=["insert into {{ this }} (id, name) values (51, 'x')"]) }}
select id, upper(name) as name from {{ target.schema }}.base
