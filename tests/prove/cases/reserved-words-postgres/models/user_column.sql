{{ config(materialized='table', post_hook="create table if not exists {{ this.schema }}.by_user (id integer, user text)") }}
select 1 as id
