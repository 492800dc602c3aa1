{{ config(materialized='view', post_hook="«comment on table {{ this }} is 'x'»") }}
select 1 as id
