-- What the database holds before the project runs for the first time.
create schema raw;
create table raw.web_events (event_id integer, customer_id integer, page text, seen_at timestamptz);
create table raw.deletions (order_id integer, deleted_at timestamptz);
insert into raw.web_events values (1, 1, '/', '2024-03-01'), (2, 2, '/cart', '2024-03-02');
insert into raw.deletions values (102, '2024-03-06');
