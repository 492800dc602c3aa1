-- depends_on: {{ ref('customers_now') }}
{{ config(materialized='table', post_hook="{% if execute and run_query('select count(*) from ' ~ target.schema ~ '.dim_customer').columns[0][0] != 2 %}{{ exceptions.raise_compiler_error('Two customers are expected') }}{% endif %}") }}
select 1 as id
