-- What SQLite is measured with: rows written, looked up, joined, grouped and changed.
create table item(id integer primary key, name text, price real);
create index by_name on item(name);
with recursive n(i) as (select 1 union all select i + 1 from n where i < 6000)
  insert into item select i, 'item ' || (i * 7919 % 6007), i * 0.5 from n;
select count(*), sum(price), max(name) from item where name like '%7%';
select a.id, b.name from item a join item b on b.name = 'item ' || a.id where a.id % 3 = 0 order by b.name limit 5;
select substr(name, 1, 6) k, count(*), avg(price) from item group by k order by 2 desc, k limit 7;
update item set price = price + 1 where id % 2 = 0;
delete from item where id % 5 = 0;
select sum(length(name)), total(price) from item;
