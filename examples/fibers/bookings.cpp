// The code of a request: plain calls, whether they block a thread or suspend a fiber.

#include <fibers/bookings.hpp>

#include <algorithm>

namespace bookings {

using rowan::f;
using rowan::LockMode;

namespace {

/// Counts one in for as long as it lives.
class Counted final {
 public:
  explicit Counted(Gauge& gauge) noexcept : gauge_(gauge) {
    gauge_.most = std::max(gauge_.most, ++gauge_.now);
  }
  Counted(const Counted&) = delete;
  Counted& operator=(const Counted&) = delete;
  ~Counted() { --gauge_.now; }

 private:
  Gauge& gauge_;
};

std::int32_t hall_of(std::size_t number) {
  return static_cast<std::int32_t>(number % static_cast<std::size_t>(show_count));
}

std::string guest_of(std::size_t number) { return "guest " + std::to_string(number); }

// [booking]
/// Finds the show of a hall, and keeps all others from it until the transaction ends.
Show& locked_show(rowan::EntityManager& em, std::int32_t hall) {
  return em.find_one_or_fail<Show>(f<&Show::hall> == hall,
                                   {.lock_mode = LockMode::pessimistic_write});
}

/// Stands deep inside the program, and is handed no manager.
std::int64_t book(rowan::Orm& orm, std::size_t number) {
  // The global manager stands for that of the request, which follows the fiber.
  return orm.em().transactional([&](rowan::EntityManager& em) {
    const Counted counted(in_transaction());
    Show& show = locked_show(em, hall_of(number));
    --show.seats_left;
    const Booking& booking = em.create<Booking>({.guest = guest_of(number), .show = show});
    em.flush();
    return booking.id;
  });
}

/// Moves a booking to the hall beside. Two guests who change places lock each other out: the database takes one of them
/// back, who waits a little and tries again.
void change_hall(rowan::Orm& orm, std::int64_t booking, std::int32_t from) {
  const std::int32_t to = from % 2 == 0 ? from + 1 : from - 1;
  orm.em().transactional(
      [&](rowan::EntityManager& em) {
        const Counted counted(in_transaction());
        ++locked_show(em, from).seats_left;
        em.flush();
        Show& other = locked_show(em, to);
        --other.seats_left;
        em.find_one_or_fail<Booking>(booking).show = other;
      },
      {.retries = 50});
}
// [/booking]

}  // namespace

Gauge& under_way() noexcept {
  static Gauge gauge;
  return gauge;
}

Gauge& in_transaction() noexcept {
  static Gauge gauge;
  return gauge;
}

// [serve]
void serve(rowan::Orm& orm, std::size_t number) {
  const Counted counted(under_way());
  rowan::RequestContext::run(orm.em(), [&] {
    const std::int64_t id = book(orm, number);
    change_hall(orm, id, hall_of(number));
    // What this request knows is its own, whatever the others did meanwhile.
    const Booking& booking = orm.em().find_one_or_fail<Booking>(id);
    if (booking.guest != guest_of(number))
      throw rowan::ValidationError("request " + std::to_string(number) + " got another's manager");
  });
}
// [/serve]

void prepare(rowan::Orm& orm) {
  orm.schema().refresh();
  auto em = orm.em().fork();
  for (std::int32_t hall = 0; hall < show_count; ++hall)
    em.create<Show>({.hall = hall, .seats_left = seats});
  em.flush();
}

std::string mistake(rowan::Orm& orm, std::size_t count) {
  auto em = orm.em().fork();
  const std::size_t booked = em.count<Booking>();
  if (booked != count) return std::to_string(booked) + " bookings were made";
  for (const Show& show : em.find<Show>({})) {
    const std::size_t sold = em.count<Booking>(f<&Booking::show> == show.id);
    if (static_cast<std::int64_t>(sold) + show.seats_left != seats) {
      return "hall " + std::to_string(show.hall) + " has " + std::to_string(show.seats_left) +
             " seats left and " + std::to_string(sold) + " sold";
    }
  }
  return {};
}

}  // namespace bookings
