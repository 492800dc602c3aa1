-- depends_on: {{ ref('people') }}
{{ config(materialized='table', pre_hook="{% if execute %}{% set n = run_query('select count(*) from ' ~ target.schema ~ '.people_masked where name = ' ~ \"'***'\").columns[0][0] %}insert into {{ target.schema }}.housekeeping values ('masked', {{ n }}){% endif %}") }}
select 1 as id
