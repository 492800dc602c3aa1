{{ config(post_hook="select 'skipped'") }}
select * from {{ ref('before') }}
