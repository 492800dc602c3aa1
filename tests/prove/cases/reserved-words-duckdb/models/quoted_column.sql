{{ config(materialized='table', post_hook="create table if not exists {{ this.schema }}.quoted (id integer, \"order\" integer, \"user\" text)") }}
select 1 as id
