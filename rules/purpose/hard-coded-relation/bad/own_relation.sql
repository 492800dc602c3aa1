{{ config(post_hook="grant select on «analytics.own_relation» to reporter") }}

select 1 as id
