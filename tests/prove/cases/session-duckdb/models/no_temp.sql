-- depends_on: {{ ref('with_temp') }}
{{ config(materialized='table', post_hook=["create temporary table node_temp as select 6 as id"]) }}
select 1 as id
