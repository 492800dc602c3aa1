{{ config(post_hook="«comment on table {{ this }} is 'One row for each order.'»") }}

select 1 as id
