{{ config(materialized='view', post_hook=["delete from {{ this }}"]) }}
select id from {{ target.schema }}.base group by id
