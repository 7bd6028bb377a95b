// Chinook: filters over one class, orders, pages and columns.

#include "chinook/chinook.hpp"

namespace rowan::test {
namespace {

using namespace chinook;

TEST_F(Chinook, compares_numbers) {
  auto found = em.find<Track>(f<&Track::milliseconds> > 600000 && f<&Track::bytes> <= 300000000,
                              {.order_by = {f<&Track::track_id>}});
  expect_same(
      rows_of(found,
              [](const Track& t) { return row(t.track_id, t.name, t.milliseconds, t.bytes); }),
      "select {track_id}, {name}, {milliseconds}, {bytes} from {track} "
      "where {milliseconds} > 600000 and {bytes} <= 300000000 order by {track_id}");
}

TEST_F(Chinook, compares_decimals) {
  auto found = em.find<Invoice>(
      f<&Invoice::total> >= Decimal("10.00") && f<&Invoice::total> < Decimal("15.86"),
      {.order_by = {f<&Invoice::total>.desc(), f<&Invoice::invoice_id>}});
  expect_same(
      rows_of(found, [](const Invoice& i) { return row(i.invoice_id, i.total); }),
      "select {invoice_id}, {total} from {invoice} where {total} >= 10.00 and {total} < 15.86 "
      "order by {total} desc, {invoice_id}");
}

TEST_F(Chinook, compares_times) {
  const Timestamp from = std::chrono::sys_days(std::chrono::year(2022) / 3 / 1);
  const Timestamp until = std::chrono::sys_days(std::chrono::year(2022) / 6 / 1);
  auto found =
      em.find<Invoice>(f<&Invoice::invoice_date> >= from && f<&Invoice::invoice_date> < until,
                       {.order_by = {f<&Invoice::invoice_date>, f<&Invoice::invoice_id>}});
  expect_same(
      rows_of(found, [](const Invoice& i) { return row(i.invoice_id, i.invoice_date, i.total); }),
      "select {invoice_id}, {invoice_date}, {total} from {invoice} "
      "where {invoice_date} >= '2022-03-01 00:00:00' and {invoice_date} < '2022-06-01 00:00:00' "
      "order by {invoice_date}, {invoice_id}");
}

TEST_F(Chinook, finds_what_is_null) {
  auto found = em.find<Customer>(f<&Customer::company> == nullptr && f<&Customer::fax>.is_null(),
                                 {.order_by = {f<&Customer::customer_id>}});
  expect_same(rows_of(found,
                      [](const Customer& c) {
                        return row(c.customer_id, c.company, c.state, c.phone, c.postal_code);
                      }),
              "select {customer_id}, {company}, {state}, {phone}, {postal_code} from {customer} "
              "where {company} is null and {fax} is null order by {customer_id}");
}

TEST_F(Chinook, finds_what_is_not_null) {
  auto found = em.find<Track>(f<&Track::composer>.is_not_null() && f<&Track::genre>.is_not_null(),
                              {.order_by = {f<&Track::track_id>.desc()}, .limit = 500});
  expect_same(
      rows_of(found, [](const Track& t) { return row(t.track_id, t.composer); }),
      "select {track_id}, {composer} from {track} "
      "where {composer} is not null and {genre_id} is not null order by {track_id} desc limit 500");
}

TEST_F(Chinook, compares_with_a_pattern) {
  auto found =
      em.find<Track>(f<&Track::name>.like("%Love%") || f<&Track::composer>.like("Steve Harris%"),
                     {.order_by = {f<&Track::track_id>}});
  expect_same(rows_of(found, [](const Track& t) { return row(t.track_id, t.name, t.composer); }),
              "select {track_id}, {name}, {composer} from {track} "
              "where {name} like ? or {composer} like ? order by {track_id}",
              {Value::of_text("%Love%"), Value::of_text("Steve Harris%")});
}

TEST_F(Chinook, compares_text_beyond_ascii) {
  auto found = em.find<Artist>(
      f<&Artist::name> == "Ant\xc3\xb4nio Carlos Jobim" || f<&Artist::name>.like("%\xc3\xa3%"),
      {.order_by = {f<&Artist::artist_id>}});
  expect_same(rows_of(found, [](const Artist& a) { return row(a.artist_id, a.name); }),
              "select {artist_id}, {name} from {artist} where {name} = ? or {name} like ? order by "
              "{artist_id}",
              {Value::of_text("Ant\xc3\xb4nio Carlos Jobim"), Value::of_text("%\xc3\xa3%")});
}

TEST_F(Chinook, finds_values_of_a_list) {
  auto found = em.find<Customer>(f<&Customer::country>.in({"Brazil", "Canada", "Norway"}) &&
                                     f<&Customer::customer_id>.nin({1, 2, 3}),
                                 {.order_by = {f<&Customer::customer_id>}});
  expect_same(rows_of(found, [](const Customer& c) { return row(c.customer_id, c.country); }),
              "select {customer_id}, {country} from {customer} where {country} in ('Brazil', "
              "'Canada', 'Norway') "
              "and {customer_id} not in (1, 2, 3) order by {customer_id}");
}

TEST_F(Chinook, finds_a_long_list_of_keys) {
  std::vector<std::int64_t> keys;
  for (std::int64_t key = 1; key <= 4000; key += 3) keys.push_back(key);
  auto found = em.find<Track>(keys, {.order_by = {f<&Track::track_id>}});
  expect_same(
      rows_of(found, [](const Track& t) { return row(t.track_id, t.name); }),
      "select {track_id}, {name} from {track} where {track_id} % 3 = 1 order by {track_id}");
}

TEST_F(Chinook, negates) {
  auto found = em.find<MediaType>(!(f<&MediaType::name> == "MPEG audio file"),
                                  {.order_by = {f<&MediaType::media_type_id>}});
  expect_same(
      rows_of(found, [](const MediaType& m) { return row(m.media_type_id, m.name); }),
      "select {media_type_id}, {name} from {media_type} where not ({name} = 'MPEG audio file') "
      "order by {media_type_id}");
}

TEST_F(Chinook, compares_two_columns) {
  auto found =
      em.find<Customer>(f<&Customer::country> == f<&Customer::support_rep, &Employee::country>,
                        {.order_by = {f<&Customer::customer_id>}});
  expect_same(
      rows_of(found, [](const Customer& c) { return row(c.customer_id, c.last_name); }),
      "select c.{customer_id}, c.{last_name} from {customer} c "
      "join {employee} e on e.{employee_id} = c.{support_rep_id} where c.{country} = e.{country} "
      "order by c.{customer_id}");
}

TEST_F(Chinook, takes_a_filter_as_json) {
  auto found = em.find<Invoice>(json::parse(R"({
      "billing_country": {"$in": ["Germany", "France"]},
      "total": {"$gt": 5},
      "customer.support_rep.last_name": "Peacock"})"),
                                {.order_by = {f<&Invoice::invoice_id>}});
  expect_same(rows_of(found, [](const Invoice& i) { return row(i.invoice_id, i.billing_country); }),
              "select i.{invoice_id}, i.{billing_country} from {invoice} i "
              "join {customer} c on c.{customer_id} = i.{customer_id} "
              "join {employee} e on e.{employee_id} = c.{support_rep_id} "
              "where i.{billing_country} in ('Germany', 'France') and i.{total} > 5 and "
              "e.{last_name} = 'Peacock' "
              "order by i.{invoice_id}");
}

TEST_F(Chinook, takes_a_filter_in_sql) {
  auto found = em.find<Track>(rowan::sql_filter<Track>("upper({name}) like ?", "%LOVE%") &&
                                  f<&Track::unit_price> == Decimal("0.99"),
                              {.order_by = {f<&Track::track_id>}});
  expect_same(rows_of(found, [](const Track& t) { return row(t.track_id, t.name); }),
              "select {track_id}, {name} from {track} where upper({name}) like '%LOVE%' and "
              "{unit_price} = 0.99 "
              "order by {track_id}");
}

TEST_F(Chinook, turns_pages) {
  TextRows found;
  for (std::int64_t page = 0; page < 5; ++page) {
    auto part = em.find<Track>(
        f<&Track::genre, &Genre::name> == "Rock",
        {.order_by = {f<&Track::name>, f<&Track::track_id>}, .limit = 40, .offset = 40 * page});
    for (const Track& track : part) found.push_back(row(track.track_id, track.name));
  }
  expect_same(
      found,
      "select t.{track_id}, t.{name} from {track} t join {genre} g on g.{genre_id} = t.{genre_id} "
      "where g.{name} = 'Rock' order by t.{name}, t.{track_id} limit 200");
}

TEST_F(Chinook, counts_all_rows_beside_a_page) {
  auto [page, total] = em.find_and_count<Track>(
      f<&Track::media_type, &MediaType::name> == "Protected AAC audio file",
      {.order_by = {f<&Track::track_id>}, .limit = 7, .offset = 14});
  expect_same(rows_of(page, [](const Track& t) { return row(t.track_id); }),
              "select {track_id} from {track} where {media_type_id} = 2 order by {track_id} limit "
              "7 offset 14");
  expect_same({row(static_cast<std::int64_t>(total))},
              "select count(*) from {track} where {media_type_id} = 2");
}

TEST_F(Chinook, orders_with_nulls_last) {
  auto found = em.find<Customer>(
      {}, {.order_by = {f<&Customer::company>.asc().nulls_last(), f<&Customer::customer_id>},
           .limit = 30});
  expect_same(
      rows_of(found, [](const Customer& c) { return row(c.customer_id, c.company); }),
      "select {customer_id}, {company} from {customer} "
      "order by case when {company} is null then 1 else 0 end, {company}, {customer_id} limit 30");
}

TEST_F(Chinook, orders_with_nulls_first_through_a_relation) {
  auto found = em.find<Employee>(
      {}, {.order_by = {f<&Employee::reports_to, &Employee::last_name>.desc().nulls_first(),
                        f<&Employee::employee_id>}});
  expect_same(rows_of(found, [](const Employee& e) { return row(e.employee_id); }),
              "select e.{employee_id} from {employee} e "
              "left join {employee} m on m.{employee_id} = e.{reports_to} "
              "order by case when m.{last_name} is null then 0 else 1 end, m.{last_name} desc, "
              "e.{employee_id}");
}

TEST_F(Chinook, orders_through_two_relations) {
  auto found = em.find<Track>(f<&Track::album>.is_not_null(),
                              {.order_by = {f<&Track::album, &Album::artist, &Artist::name>.desc(),
                                            f<&Track::album, &Album::title>, f<&Track::track_id>},
                               .limit = 100,
                               .offset = 50});
  expect_same(rows_of(found, [](const Track& t) { return row(t.track_id); }),
              "select t.{track_id} from {track} t join {album} a on a.{album_id} = t.{album_id} "
              "join {artist} r on r.{artist_id} = a.{artist_id} "
              "order by r.{name} desc, a.{title}, t.{track_id} limit 100 offset 50");
}

TEST_F(Chinook, reads_some_columns) {
  auto found =
      em.find<Employee>({}, {.fields = {f<&Employee::last_name>, f<&Employee::hire_date>},
                             .order_by = {f<&Employee::hire_date>, f<&Employee::employee_id>}});
  expect_same(rows_of(found,
                      [](const Employee& e) {
                        return row(e.employee_id, e.last_name, e.hire_date, e.email);
                      }),
              "select {employee_id}, {last_name}, {hire_date}, null from {employee} order by "
              "{hire_date}, {employee_id}");
}

TEST_F(Chinook, reads_every_column) {
  auto found = em.find<Employee>({}, {.order_by = {f<&Employee::employee_id>}});
  expect_same(rows_of(found,
                      [](const Employee& e) {
                        return row(e.employee_id, e.last_name, e.first_name, e.title, e.birth_date,
                                   e.hire_date, e.address, e.city, e.state, e.country,
                                   e.postal_code, e.phone, e.fax, e.email);
                      }),
              "select {employee_id}, {last_name}, {first_name}, {title}, {birth_date}, "
              "{hire_date}, {address}, "
              "{city}, {state}, {country}, {postal_code}, {phone}, {fax}, {email} from {employee} "
              "order by {employee_id}");
}

}  // namespace
}  // namespace rowan::test
