{{ config(post_hook="«grant all on {{ this }} to reporter»") }}
select 1 as id
