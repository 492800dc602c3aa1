{{ config(materialized='incremental', pre_hook="«delete from {{ this }} where day = current_date»") }}

select current_date as day
