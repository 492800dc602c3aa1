{{ config(materialized='table',
  pre_hook="{% set found = adapter.get_relation(this.database, this.schema, this.identifier) %}insert into {{ target.schema }}.seen select 'plain before' {% if not found %}where false{% endif %}",
  post_hook=["{% set found = load_relation(this) %}insert into {{ target.schema }}.seen select 'plain after' {% if not found %}where false{% endif %}",
   "create table if not exists {{ target.schema }}.by_hook as select 1 as id"]) }}
select 1 as id
