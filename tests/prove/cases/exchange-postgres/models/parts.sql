{{ config(materialized='table',
  post_hook=[
    "create index if not exists parts_id on {{ this }} (id)",
    "comment on table {{ this }} is 'parts'",
    "insert into {{ target.schema }}.seen select 'parts', count(*) from {{ this }}"
  ]) }}
select 1 as id
