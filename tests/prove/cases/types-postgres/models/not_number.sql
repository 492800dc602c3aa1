{{ config(materialized='table', post_hook="insert into {{ target.schema }}.typed (id) values ('one')") }}
select 1 as id
