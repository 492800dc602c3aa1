select * from {{ ref('filtered') }} union all select * from {{ ref('orders') }}
