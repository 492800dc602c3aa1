{{ config(materialized='incremental', unique_key='id',
  pre_hook=["{% if is_incremental() %}delete from {{ this }}{% else %}select 'first run'{% endif %}", {'sql': "select 'incremental before outside'", 'transaction': false}],
  post_hook=["select 'after {{ ref('t') }}'", {'sql': "select 'incremental after outside'", 'transaction': false}]) }}
select * from {{ ref('t') }}
