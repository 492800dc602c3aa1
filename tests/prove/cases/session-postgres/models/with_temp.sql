{{ config(materialized='table', pre_hook=["create temporary table node_temp as select 5 as id", "set local statement_timeout = '20s'"], post_hook="insert into {{ target.schema }}.seen select 'node_temp', count(*) from node_temp") }}
select 1 as id
