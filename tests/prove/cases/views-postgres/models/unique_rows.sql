{{ config(materialized='view', post_hook=["delete from {{ this }}"]) }}
select distinct id from {{ target.schema }}.base
