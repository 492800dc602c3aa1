{{ config(post_hook="zed config", schema='zs') }} select 1 as id
