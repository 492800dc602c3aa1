{{ config(post_hook="grant select on {{ this }} to «role» reporter") }}
select 1 as id
