{{ config(materialized='table',
  pre_hook=["select 'before {{ this }}'", before_begin("select 'before outside'")],
  post_hook=["grant select on {{ this }} to {{ target.name }}_reader;",
             "select 1 as a;\n  select 2 as b;\n-- the end\n",
             "{% do run_query('select count(*) as n from ' ~ this) %}select 'asked'",
             after_commit("select 'after outside'"),
             "{% if not execute %}never{% endif %}"]) }}
select 1 as id
