{{ config(materialized='table',
  pre_hook=["insert into {{ target.schema }}.seen select 'base before', 1 from information_schema.tables where table_schema = '{{ target.schema }}' and table_name like 'base%'"],
  post_hook=[
    "insert into {{ target.schema }}.seen select 'base after', 1 from information_schema.tables where table_schema = '{{ target.schema }}' and table_name like 'base%'",
    "create or replace view {{ target.schema }}.base_over as select id, amount from {{ this }}",
    "insert into {{ target.schema }}.seen select 'over', 1 from {{ target.schema }}.base_over",
    {"sql": "insert into {{ target.schema }}.seen select 'base at last', 1 from information_schema.tables where table_schema = '{{ target.schema }}' and table_name like 'base%'", "transaction": false}
  ]) }}
select 1 as id, 10 as amount union all select 2, 20
