{{ config(post_hook="select 'ignored'") }}
select * from {{ ref('customers') }} where id < 0
