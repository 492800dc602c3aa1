{{ config(post_hook=["set schema = '{{ target.schema }}'", "insert into in_target values ('set')", "select * from sets_path"]) }}
select 1 as id
