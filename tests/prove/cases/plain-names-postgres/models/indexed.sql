{{ config(post_hook=["create index if not exists by_id on {{ this }} (id)", "create or replace view over_indexed as select id from {{ this }}"]) }}
select 1 as id
