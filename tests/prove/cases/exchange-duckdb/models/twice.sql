{{ config(materialized='table',
  pre_hook="insert into {{ target.schema }}.seen select 'twice before', 1 from information_schema.tables where table_schema = '{{ target.schema }}' and table_name = 'twice_over'",
  post_hook=[
    "create view {{ target.schema }}.twice_over as select id from {{ this }}"
  ]) }}
select 1 as id, '{{ ref('shown') }}' as of_whom
