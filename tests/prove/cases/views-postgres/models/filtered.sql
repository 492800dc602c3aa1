{{ config(materialized='view', post_hook=["insert into {{ this }} (id, name) values (30, 'filtered')", "update {{ this }} set name = 'z'", "delete from {{ this }}"]) }}
select id, name from {{ target.schema }}.base where id > 1000
