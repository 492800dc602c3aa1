select * from {{ ref('orders') }} where status = 'open'
