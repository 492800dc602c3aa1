{{ config(materialized='view', post_hook=["begin;", "select 1", "commit;", {'sql': 'select 2 as outside', 'transaction': false}]) }}
select * from {{ ref('m') }}
