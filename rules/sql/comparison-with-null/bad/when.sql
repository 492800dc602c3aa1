{{ config(post_hook="update {{ this }} set state = case when state «= null» then 'none' else state end where id > 0") }}
select 1 as id, 'a' as state
