{{ config(post_hook="«create table if not exists {{ this.schema }}.orders_copy as select * from {{ this }}»") }}
select 1 as id
