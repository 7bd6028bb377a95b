// Guests who book seats: entities, and units of work that know nothing of fibers.

#pragma once

#include <rowan/rowan.hpp>

#include <cstddef>
#include <cstdint>
#include <string>

namespace bookings {

struct Show {
  std::int64_t id{};
  std::int32_t hall = 0;
  std::int32_t seats_left = 0;
};

struct Booking {
  std::int64_t id{};
  std::string guest;
  rowan::Ref<Show> show;
};

inline constexpr std::int32_t show_count = 20;
inline constexpr std::int32_t seats = 100;

/// What went on at once.
struct Gauge {
  int now = 0;
  int most = 0;
};
/// Units of work that have begun and not ended.
[[nodiscard]] Gauge& under_way() noexcept;
/// Those of them that have a transaction open, and so a connection.
[[nodiscard]] Gauge& in_transaction() noexcept;

/// Makes the tables anew, and the shows.
void prepare(rowan::Orm& orm);

/// Books a seat for one guest, who then changes his mind about the show: one request.
void serve(rowan::Orm& orm, std::size_t number);

/// Returns what is wrong with the rows after `count` requests, empty where nothing is.
[[nodiscard]] std::string mistake(rowan::Orm& orm, std::size_t count);

}  // namespace bookings

template <>
inline constexpr auto rowan::mapping<bookings::Show> =
    rowan::entity<bookings::Show>(rowan::primary_key<&bookings::Show::id>,
                                  rowan::property<&bookings::Show::hall>.unique(),
                                  rowan::property<&bookings::Show::seats_left>);
template <>
inline constexpr auto rowan::mapping<bookings::Booking> =
    rowan::entity<bookings::Booking>(rowan::primary_key<&bookings::Booking::id>,
                                     rowan::property<&bookings::Booking::guest>,
                                     rowan::many_to_one<&bookings::Booking::show>);
