{{ config(post_hook=["insert into in_target values ('after')"]) }}
select 1 as id
