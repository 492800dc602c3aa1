{{ config(post_hook="-- own {{ this }}", enabled=true) }}
select 1 as id
