{{ config(pre_hooks="never", posthook="never", post_hooks=["never"]) }}
select 1 as id
