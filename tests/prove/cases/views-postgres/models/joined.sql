{{ config(materialized='view', post_hook=["insert into {{ this }} (id) values (70)"]) }}
select b.id from {{ target.schema }}.base as b join {{ target.schema }}.base as c on b.id = c.id
