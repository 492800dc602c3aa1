{{ config(materialized='incremental', pre_hook=[{'sql': "{{ trace(this, 'pre out') }}", 'transaction': false}], post_hook=["{{ trace(this, 'post in') }}", {'sql': "{{ trace(this, 'post out') }}", 'transaction': false}]) }}
select 1 as id
