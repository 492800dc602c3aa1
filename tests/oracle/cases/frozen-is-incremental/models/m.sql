{% if is_incremental() %}{{ config(post_hook="select 'inc'") }}{% else %}{{ config(post_hook="select 'not inc'") }}{% endif %}
select 1 as id
