{{ config(materialized='view', post_hook=["insert into {{ this }} (id) values ('abc')"]) }}
select id from {{ target.schema }}.base
