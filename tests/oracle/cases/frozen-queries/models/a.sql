{{ config(post_hook=ask()) }} select 1 as id
