{{ config(materialized='incremental', pre_hook="{% if is_incremental() %}delete from {{ this }}{% endif %}",
  post_hook=["insert into log select '{{ this.name }}'; insert into log select 'two';", {'sql': 'analyze {{ this }}', 'transaction': false}]) }}
select * from {{ ref('m') }}
