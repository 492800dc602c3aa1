{{ config(materialized='table', post_hook=["create index on {{ this }} (id)", "comment on table {{ this }} is 'x'", "truncate {{ this }}"]) }}
select 1 as id
