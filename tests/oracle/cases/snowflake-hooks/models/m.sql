{{ config(materialized='table', pre_hook="alter session set query_tag = '{{ this }}';",
  post_hook=["grant select on {{ this }} to role r", after_commit('select 1 as outside'), "select 'a;b'; -- end\nselect 2"]) }}
select 1 as id
