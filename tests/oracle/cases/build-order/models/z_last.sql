select customers.id from {{ ref('customers') }} customers join {{ ref('orders') }} orders on orders.id = customers.id
