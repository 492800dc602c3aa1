{{ config(materialized='view', post_hook=["update {{ this }} set n = 1"]) }}
select count(*) as n from {{ target.schema }}.base
