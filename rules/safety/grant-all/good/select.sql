{{ config(post_hook=["grant select on {{ this }} to reporter", "grant select, insert on {{ this }} to loader"]) }}
select 1 as id
