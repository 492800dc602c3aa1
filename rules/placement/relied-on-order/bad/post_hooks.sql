{{ config(post_hook=["«delete from audit.orders_log where id = 1»", "create table if not exists audit.orders_log (id int)"]) }}

select 1 as id
