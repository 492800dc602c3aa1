{{ config(materialized='table', post_hook="insert into {{ this }} (id, group) values (1, 2)") }}
select 1 as id
