{{ config(materialized='view', post_hook=["update {{ this }} set label = 'r' where key = 40", "delete from {{ this }} where key = 40 and label = 'r'"]) }}
select id as key, name as label from {{ target.schema }}.base
