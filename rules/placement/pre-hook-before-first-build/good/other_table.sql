{{ config(materialized='incremental', pre_hook="delete from audit.orders where id = 1") }}

select 1 as id
