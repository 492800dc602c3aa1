{{ config(materialized='view', post_hook=["insert into {{ this }} values (60)"]) }}
select count(*) as n from {{ target.schema }}.base
