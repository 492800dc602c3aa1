{{ config(severity='warn', meta={'a': 1}, tags=['own']) }} select 1 from {{ ref('orders') }} where 1=0
