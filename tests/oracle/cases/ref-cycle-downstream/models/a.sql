{{ config(post_hook="select * from {{ ref('b') }}") }} select 1 as id
