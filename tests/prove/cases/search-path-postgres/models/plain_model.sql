{{ config(post_hook=["insert into audit_plain select 'plain' from plain_model"]) }}
select 1 as id
