{{ config(materialized='table', post_hook="alter table {{ this }} set («fill_factor» = 90)") }}
select 1 as id
