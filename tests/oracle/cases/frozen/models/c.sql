-- depends_on: {{ ref('n') }}
{{ config(post_hook="from " ~ ref('n')) }}
{{ config(post_hook="from {{ ref('n') }}") }}
select 1 as id
