{{ config(post_hook="select '{{ tables() }}' as built") }}
select 1 as id
