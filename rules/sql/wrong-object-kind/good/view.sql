{{ config(materialized='view', post_hook=["comment on view {{ this }} is 'x'", "alter table {{ this }} owner to reporter", "comment on column {{ this }}.id is 'x'", "grant select on table {{ this }} to reporter", "analyze {{ this }}"]) }}
select 1 as id
