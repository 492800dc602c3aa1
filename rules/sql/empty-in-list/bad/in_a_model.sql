{{ config(post_hook="delete from audit_model where id «in ()»") }}
select 1 as id
