{{ config(materialized='table', post_hook="insert into {{ target.schema }}.typed (id, small) values (2, 'abcd')") }}
select 1 as id
