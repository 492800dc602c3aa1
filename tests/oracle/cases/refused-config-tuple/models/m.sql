{{ config(post_hook=('a', 'b')) }}
select 1 as id
