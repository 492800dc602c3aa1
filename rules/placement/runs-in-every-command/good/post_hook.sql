{{ config(post_hook="delete from {{ this }} where id = 2") }}

select 1 as id
