{{ config(materialized='table', post_hook="grant select on {{ this.schema }}.wrong_tabel to analyst") }}
select 1 as id
