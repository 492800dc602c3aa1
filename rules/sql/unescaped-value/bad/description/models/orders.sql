{{ config(post_hook="insert into audit_model (note) values ('{{ model.description }}')") }}
select 1 as id
