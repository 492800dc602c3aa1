{{ config(materialized='incremental', pre_hook="create table if not exists {{ target.schema }}.doubled_log (id integer, rows_before integer)", post_hook="insert into {{ target.schema }}.doubled_log select 1, count(*) from {{ this }}") }}
select order_id from {{ ref('orders') }}
