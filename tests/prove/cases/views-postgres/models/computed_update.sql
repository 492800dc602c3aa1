{{ config(materialized='view', post_hook=["update {{ this }} set name = 'x' where id = 50"]) }}
select id, upper(name) as name from {{ target.schema }}.base
