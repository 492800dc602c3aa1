{{ config(post_hook="file v2 {{ this }}") }}
select 1 as id
