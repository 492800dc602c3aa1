{{ config(materialized='table', post_hook=[
  "{{ must_hold(this, 'amount >= 0', 'Negative amounts:') }}",
  "{{ same_count(this, ref('orders')) }}"
]) }}
select * from {{ ref('orders') }}
