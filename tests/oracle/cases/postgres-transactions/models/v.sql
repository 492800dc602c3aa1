{{ config(materialized='view', pre_hook=['select 1 as pre_in', before_begin('select 2 as pre_out')],
  post_hook=["comment on view {{ this }} is 'v'", after_commit('analyze')]) }}
select * from {{ ref('m') }}
