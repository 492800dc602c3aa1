{{ config(post_hook=["set search_path to {{ target.schema }}", "insert into in_target values ('set')", "select * from sets_path"]) }}
select 1 as id
