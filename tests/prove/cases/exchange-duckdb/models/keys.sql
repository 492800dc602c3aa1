{{ config(materialized='table',
  post_hook=[
    "alter table {{ this }} alter column id set not null",
    "create unique index keys_unique on {{ this }} (id)",
    "insert into {{ this }} values (7)"
  ]) }}
select 1 as id
