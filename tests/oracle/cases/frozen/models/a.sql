{{ config(schema='stg', alias='zz', post_hook='frozen ' ~ this) }}
{{ config(post_hook="deferred {{ this }}") }}
select 1 as id
