{{ config(alias='nn', schema='own') }} select 1 as id
