{{ config(post_hook=«{'query': 'analyze'}») }}

select 1 as id
