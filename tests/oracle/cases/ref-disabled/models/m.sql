{{ config(post_hook="select * from {{ ref('off') }}") }}select 1 as id
