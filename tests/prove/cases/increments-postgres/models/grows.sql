{{ config(materialized='incremental', on_schema_change='append_new_columns') }}
select id, amount {% if is_incremental() %}, at_day{% endif %} from {{ target.schema }}.arrivals
