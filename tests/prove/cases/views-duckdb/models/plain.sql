{{ config(materialized='view', post_hook=["insert into {{ this }} (id, name) values (10, 'plain')", "insert into {{ this }} values (11)", "insert into {{ this }} select 12, 'twelve'"]) }}
select id, name from {{ target.schema }}.base
