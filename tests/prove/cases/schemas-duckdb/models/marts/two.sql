{{ config(materialized='table', post_hook="comment on table {{ this }} is 'a mart'") }}
select * from {{ ref('one') }}
