{{ config(post_hook=["insert into in_target values ('x')"]) }}
select 1 as id
