{{ config(post_hook=["alter table {{ this }} add constraint named_pk primary key (id)"]) }}
select 1 as id
