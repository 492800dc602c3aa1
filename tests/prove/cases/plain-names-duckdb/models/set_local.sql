{{ config(post_hook=["use {{ target.schema }}", "insert into in_target values ('local')", {"sql": "insert into in_target values ('local after')", "transaction": false}]) }}
select 1 as id
