{{ config(post_hook="insert into audit_model (name) values «('{{ this.name }}', now())»") }}
select 1 as id
