select id + 1 as next from {{ ref('base') }}
