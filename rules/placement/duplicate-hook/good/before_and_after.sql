{{ config(pre_hook="analyze", post_hook="analyze") }}

select 1 as id
