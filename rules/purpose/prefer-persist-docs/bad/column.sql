{{ config(post_hook="«comment on column {{ this }}.id is 'The order.'»") }}

select 1 as id
