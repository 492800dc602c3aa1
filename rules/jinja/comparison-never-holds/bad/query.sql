{{ config(
    materialized='table',
    post_hook="{% if execute %}{% set query %}select case when count(*) > 9 then 'FAIL' else 'PASS' end from {{ this }}{% endset %}{% set found = run_query(query) %}{% if «found.rows[0][0] == 'fail'» %}{{ exceptions.raise_compiler_error('too many rows') }}{% endif %}{% endif %}"
) }}

select 1 as order_id
