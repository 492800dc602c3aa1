{{ config(materialized='view', post_hook=["insert into {{ this }} (key, label) values (40, 'renamed')"]) }}
select id as key, name as label from {{ target.schema }}.base
