{{ config(post_hook=["insert into {{ target.schema }}.audit_plain values ('target')"]) }}
select 1 as id
