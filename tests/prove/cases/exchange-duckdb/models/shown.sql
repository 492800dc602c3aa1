{{ config(materialized='view',
  post_hook=[
    "create or replace view {{ target.schema }}.shown_over as select id from {{ this }}",
    "insert into {{ target.schema }}.seen select 'shown over', 1 from {{ target.schema }}.shown_over",
    {"sql": "insert into {{ target.schema }}.seen select 'shown at last', 1 from information_schema.tables where table_schema = '{{ target.schema }}' and table_name like 'shown%'", "transaction": false}
  ]) }}
select id from {{ ref('base') }}
