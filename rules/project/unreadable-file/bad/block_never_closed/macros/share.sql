«{% macro share(role) %}»
  grant select on {{ this }} to {{ role }}
