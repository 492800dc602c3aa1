{{ config(materialized='table', post_hook="insert into {{ target.schema }}.typed (small) values ('a')") }}
select 1 as id
