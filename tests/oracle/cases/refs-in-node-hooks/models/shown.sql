{{ config(post_hook="-- depends_on: {{ ref('z') }}\n{% if execute %}select * from {{ ref('z') }}{% endif %}") }}
select 1 as id
