{{ config(materialized='table', post_hook="create database if not exists scratch") }}

select 1 as order_id
