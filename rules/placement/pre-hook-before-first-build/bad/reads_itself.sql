{{ config(materialized='incremental', pre_hook="«insert into audit.high_water select max(id) from {{ this }}»") }}

select 1 as id
