{{ config(materialized='view', post_hook=["truncate table {{ this }}"]) }}
select id from {{ target.schema }}.base
