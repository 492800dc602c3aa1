{{ config(materialized='materialized_view', 
  pre_hook=["select 'before mv'", {'sql': "select 'mv before outside'", 'transaction': false}],
  post_hook=["select 'after {{ this }}'", {'sql': "select 'mv after outside'", 'transaction': false}]) }}
select * from {{ ref('t') }}
