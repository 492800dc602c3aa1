{{ config(post_hook="«GRANT ALL PRIVILEGES ON TABLE {{ this }} TO reporter»") }}
select 1 as id
