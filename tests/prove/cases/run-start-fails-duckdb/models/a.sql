{{ config(post_hook="insert into {{ target.schema }}.starts values (4)") }}
select 1 as id
