{{ config(post_hooks="select 'never'", prehook="select 'never'") }}select 1 as id
