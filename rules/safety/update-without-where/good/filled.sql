{{ config(materialized='table', post_hook=["update {{ this }} set loaded_at = now(), flag = true", "update {{ this }} set name = upper(name)"]) }}
select 1 as id, null as loaded_at, false as flag, name from raw.customers
