{{ config(on_schema_change='append_new_columns', post_hook=["alter table {{ this }} drop column if exists amount"]) }}
select id, amount from {{ target.schema }}.arrivals
