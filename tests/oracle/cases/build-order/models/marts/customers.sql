-- depends_on: {{ ref('a_first') }}
select id from {{ ref('eph') }}
