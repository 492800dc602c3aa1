{{ config(materialized='copy', pre_hook=["select 'before copy'", {'sql': "select 'copy before outside'", 'transaction': false}],
  post_hook=["select 'after {{ this }}'", {'sql': "select 'copy after outside'", 'transaction': false}]) }}
{{ ref('t') }}
