{{ config(post_hook=«"analyze {{ this }}; grant select on {{ this }} to a; grant select on {{ this }} to b; select 1"») }}

select 1 as id
