{{ config(post_hook="{% if execute %}select * from {{ source('s', 't') }}{% endif %}") }}
select 1 as id
