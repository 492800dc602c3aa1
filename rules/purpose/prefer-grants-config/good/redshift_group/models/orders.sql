{{ config(post_hook="grant select on {{ this }} to group reporters") }}
select 1 as id
