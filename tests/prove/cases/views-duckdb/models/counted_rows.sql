{{ config(materialized='view', post_hook=["select 1"]) }}
select count(*) as n from {{ target.schema }}.base
