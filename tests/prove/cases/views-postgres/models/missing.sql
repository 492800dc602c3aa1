{{ config(materialized='view', post_hook=["insert into {{ this }} (nope) values (100)"]) }}
select id from {{ target.schema }}.base
