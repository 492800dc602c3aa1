{{ config(materialized='view', post_hook=["insert into {{ this }} (id, note) values (20, 'starred')", "update {{ this }} set note = 'y' where id = 20", "delete from {{ this }} where id = 1"]) }}
select * from {{ target.schema }}.base
