{{ config(post_hook="{% if execute %}select * from {{ ref('z') }}{% endif %}") }}
select 1 as id
