{{ config(materialized='view', pre_hook=["select 'before view'", {'sql': "select 'view before outside'", 'transaction': false}],
  post_hook=["select '{{ dbt.current_timestamp() }}' as at", {'sql': "select 'view after outside'", 'transaction': false}]) }}
select * from {{ ref('t') }}
