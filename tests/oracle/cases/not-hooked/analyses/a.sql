{{ config(post_hook="never") }} select 1
