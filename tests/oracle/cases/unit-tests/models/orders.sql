select id, kind, id * 2 as twice from {{ ref('base') }}
