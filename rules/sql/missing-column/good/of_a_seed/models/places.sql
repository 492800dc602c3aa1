{{ config(
    materialized='table',
    post_hook=[
        "update {{ this }} p set name = initcap(p.name), long_name = c.name from {{ ref('countries') }} c where c.code = p.code",
        "create index on {{ this }} (lower(name), code)",
        "alter table {{ this }} add column checked boolean",
        "update {{ this }} set checked = true where ctid is not null returning code",
        "insert into {{ this }} (code, name, long_name) select code, name, name from (select * from {{ ref('countries') }}) as s where not exists (select 1 from {{ this }} t where t.code = s.code) order by name"
    ]
) }}
select c.*, null as long_name from {{ ref('countries') }} as c
