{{ config(post_hook=["insert into same_name values ('not the model')"]) }}
select 1 as id
