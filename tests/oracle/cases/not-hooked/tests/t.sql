{{ config(post_hook="never {{ this }}") }} select 1 as a where false
