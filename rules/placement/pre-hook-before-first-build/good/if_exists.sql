{{ config(materialized='incremental', pre_hook="alter table if exists {{ this }} set (autovacuum_enabled = false)") }}

select 1 as id
