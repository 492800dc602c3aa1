{{ config(post_hook=["insert into audit_plain select 'reads' from {{ ref('stays') }}"]) }}
select id from {{ ref('stays') }}
