{% macro close_changed(dim, new) %}
update {{ dim }} as d set valid_to = now()
from {{ new }} as n
where d.customer_id = n.customer_id and d.valid_to is null and d.country is distinct from n.country
{% endmacro %}
{% macro open_new(dim, new) %}
with fresh as (
  select n.* from {{ new }} n left join {{ dim }} d on d.customer_id = n.customer_id and d.valid_to is null
  where d.customer_id is null
)
insert into {{ dim }} (customer_id, name, country, valid_from) select customer_id, name, country, now() from fresh
{% endmacro %}
