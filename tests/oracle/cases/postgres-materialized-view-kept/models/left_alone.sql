{{ config(on_configuration_change='continue', indexes=[{'columns': ['id']}]) }}
select 1 as id
