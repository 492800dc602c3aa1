{{ config(materialized='table', post_hook="alter table {{ this }} set (fillfactor = 90, autovacuum_vacuum_scale_factor = 0.1, toast.autovacuum_enabled = false)") }}
select 1 as id
