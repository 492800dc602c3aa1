select id, 'x' as kind from {{ ref('raw') }}
