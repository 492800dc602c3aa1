{{ config(materialized='table', post_hook="create table if not exists {{ this.schema }}.by_date (date date, name text, value integer, type text, status text, timestamp timestamp, key text, year integer, comment text)") }}
select 1 as id
