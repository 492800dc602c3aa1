{{ config(enabled=false, post_hook="never") }} select 1 as id
