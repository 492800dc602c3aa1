{{ config(on_schema_change='sync_all_columns', post_hook=["alter table {{ this }} add column if not exists loaded_at timestamp", "update {{ this }} set loaded_at = current_timestamp where loaded_at is null"]) }}
select id from {{ target.schema }}.arrivals
