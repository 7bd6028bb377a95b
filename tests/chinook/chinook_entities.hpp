// The Chinook database of a record shop: its eleven tables as ten classes and the pivot of a many-to-many relation.

#pragma once

#include <rowan/rowan.hpp>

#include <cstdint>
#include <optional>
#include <string>

namespace chinook {

struct Album;
struct Customer;
struct Invoice;
struct InvoiceLine;
struct Playlist;
struct Track;

struct Artist {
  std::int64_t artist_id{};
  std::optional<std::string> name{};
  rowan::Collection<Album> albums{};
};

struct Album {
  std::int64_t album_id{};
  std::string title;
  rowan::Ref<Artist> artist;
  rowan::Collection<Track> tracks{};
};

struct Genre {
  std::int64_t genre_id{};
  std::optional<std::string> name{};
  rowan::Collection<Track> tracks{};
};

struct MediaType {
  std::int64_t media_type_id{};
  std::optional<std::string> name{};
};

struct Track {
  std::int64_t track_id{};
  std::string name;
  rowan::OptionalRef<Album> album{};
  rowan::Ref<MediaType> media_type;
  rowan::OptionalRef<Genre> genre{};
  std::optional<std::string> composer{};
  std::int64_t milliseconds{};
  std::optional<std::int64_t> bytes{};
  rowan::Decimal unit_price{};
  rowan::Collection<Playlist> playlists{};
  rowan::Collection<InvoiceLine> invoice_lines{};
};

struct Playlist {
  std::int64_t playlist_id{};
  std::optional<std::string> name{};
  rowan::Collection<Track> tracks{};
};

struct Employee {
  std::int64_t employee_id{};
  std::string last_name;
  std::string first_name;
  std::optional<std::string> title{};
  rowan::OptionalRef<Employee> reports_to{};
  std::optional<rowan::Timestamp> birth_date{};
  std::optional<rowan::Timestamp> hire_date{};
  std::optional<std::string> address{};
  std::optional<std::string> city{};
  std::optional<std::string> state{};
  std::optional<std::string> country{};
  std::optional<std::string> postal_code{};
  std::optional<std::string> phone{};
  std::optional<std::string> fax{};
  std::optional<std::string> email{};
  rowan::Collection<Employee> reports{};
  rowan::Collection<Customer> customers{};
};

struct Customer {
  std::int64_t customer_id{};
  std::string first_name;
  std::string last_name;
  std::optional<std::string> company{};
  std::optional<std::string> address{};
  std::optional<std::string> city{};
  std::optional<std::string> state{};
  std::optional<std::string> country{};
  std::optional<std::string> postal_code{};
  std::optional<std::string> phone{};
  std::optional<std::string> fax{};
  std::string email;
  rowan::OptionalRef<Employee> support_rep{};
  rowan::Collection<Invoice> invoices{};
};

struct Invoice {
  std::int64_t invoice_id{};
  rowan::Ref<Customer> customer;
  rowan::Timestamp invoice_date{};
  std::optional<std::string> billing_address{};
  std::optional<std::string> billing_city{};
  std::optional<std::string> billing_state{};
  std::optional<std::string> billing_country{};
  std::optional<std::string> billing_postal_code{};
  rowan::Decimal total{};
  rowan::Collection<InvoiceLine> lines{};
};

struct InvoiceLine {
  std::int64_t invoice_line_id{};
  rowan::Ref<Invoice> invoice;
  rowan::Ref<Track> track;
  rowan::Decimal unit_price{};
  std::int64_t quantity{};
};

}  // namespace chinook

template <>
inline constexpr auto rowan::mapping<chinook::Artist> = rowan::entity<chinook::Artist>(
    rowan::primary_key<&chinook::Artist::artist_id>,
    rowan::property<&chinook::Artist::name>,
    rowan::one_to_many<&chinook::Artist::albums, &chinook::Album::artist>);

template <>
inline constexpr auto rowan::mapping<chinook::Album> = rowan::entity<chinook::Album>(
    rowan::primary_key<&chinook::Album::album_id>,
    rowan::property<&chinook::Album::title>,
    rowan::many_to_one<&chinook::Album::artist>,
    rowan::one_to_many<&chinook::Album::tracks, &chinook::Track::album>);

template <>
inline constexpr auto rowan::mapping<chinook::Genre> = rowan::entity<chinook::Genre>(
    rowan::primary_key<&chinook::Genre::genre_id>,
    rowan::property<&chinook::Genre::name>,
    rowan::one_to_many<&chinook::Genre::tracks, &chinook::Track::genre>);

template <>
inline constexpr auto rowan::mapping<chinook::MediaType> =
    rowan::entity<chinook::MediaType>(rowan::primary_key<&chinook::MediaType::media_type_id>,
                                      rowan::property<&chinook::MediaType::name>);

template <>
inline constexpr auto rowan::mapping<chinook::Track> = rowan::entity<chinook::Track>(
    rowan::primary_key<&chinook::Track::track_id>,
    rowan::property<&chinook::Track::name>,
    rowan::many_to_one<&chinook::Track::album>,
    rowan::many_to_one<&chinook::Track::media_type>,
    rowan::many_to_one<&chinook::Track::genre>,
    rowan::property<&chinook::Track::composer>,
    rowan::property<&chinook::Track::milliseconds>,
    rowan::property<&chinook::Track::bytes>,
    rowan::property<&chinook::Track::unit_price>.precision(10, 2),
    rowan::many_to_many<&chinook::Track::playlists>.mapped_by<&chinook::Playlist::tracks>(),
    rowan::one_to_many<&chinook::Track::invoice_lines, &chinook::InvoiceLine::track>);

template <>
inline constexpr auto rowan::mapping<chinook::Playlist> =
    rowan::entity<chinook::Playlist>(rowan::primary_key<&chinook::Playlist::playlist_id>,
                                     rowan::property<&chinook::Playlist::name>,
                                     rowan::many_to_many<&chinook::Playlist::tracks>);

template <>
inline constexpr auto rowan::mapping<chinook::Employee> = rowan::entity<chinook::Employee>(
    rowan::primary_key<&chinook::Employee::employee_id>,
    rowan::property<&chinook::Employee::last_name>,
    rowan::property<&chinook::Employee::first_name>,
    rowan::property<&chinook::Employee::title>,
    rowan::many_to_one<&chinook::Employee::reports_to>,
    rowan::property<&chinook::Employee::birth_date>,
    rowan::property<&chinook::Employee::hire_date>,
    rowan::property<&chinook::Employee::address>,
    rowan::property<&chinook::Employee::city>,
    rowan::property<&chinook::Employee::state>,
    rowan::property<&chinook::Employee::country>,
    rowan::property<&chinook::Employee::postal_code>,
    rowan::property<&chinook::Employee::phone>,
    rowan::property<&chinook::Employee::fax>,
    rowan::property<&chinook::Employee::email>,
    rowan::one_to_many<&chinook::Employee::reports, &chinook::Employee::reports_to>,
    rowan::one_to_many<&chinook::Employee::customers, &chinook::Customer::support_rep>);

template <>
inline constexpr auto rowan::mapping<chinook::Customer> = rowan::entity<chinook::Customer>(
    rowan::primary_key<&chinook::Customer::customer_id>,
    rowan::property<&chinook::Customer::first_name>,
    rowan::property<&chinook::Customer::last_name>,
    rowan::property<&chinook::Customer::company>,
    rowan::property<&chinook::Customer::address>,
    rowan::property<&chinook::Customer::city>,
    rowan::property<&chinook::Customer::state>,
    rowan::property<&chinook::Customer::country>,
    rowan::property<&chinook::Customer::postal_code>,
    rowan::property<&chinook::Customer::phone>,
    rowan::property<&chinook::Customer::fax>,
    rowan::property<&chinook::Customer::email>,
    rowan::many_to_one<&chinook::Customer::support_rep>,
    rowan::one_to_many<&chinook::Customer::invoices, &chinook::Invoice::customer>);

template <>
inline constexpr auto rowan::mapping<chinook::Invoice> = rowan::entity<chinook::Invoice>(
    rowan::primary_key<&chinook::Invoice::invoice_id>,
    rowan::many_to_one<&chinook::Invoice::customer>,
    rowan::property<&chinook::Invoice::invoice_date>,
    rowan::property<&chinook::Invoice::billing_address>,
    rowan::property<&chinook::Invoice::billing_city>,
    rowan::property<&chinook::Invoice::billing_state>,
    rowan::property<&chinook::Invoice::billing_country>,
    rowan::property<&chinook::Invoice::billing_postal_code>,
    rowan::property<&chinook::Invoice::total>.precision(10, 2),
    rowan::one_to_many<&chinook::Invoice::lines, &chinook::InvoiceLine::invoice>);

template <>
inline constexpr auto rowan::mapping<chinook::InvoiceLine> = rowan::entity<chinook::InvoiceLine>(
    rowan::primary_key<&chinook::InvoiceLine::invoice_line_id>,
    rowan::many_to_one<&chinook::InvoiceLine::invoice>,
    rowan::many_to_one<&chinook::InvoiceLine::track>,
    rowan::property<&chinook::InvoiceLine::unit_price>.precision(10, 2),
    rowan::property<&chinook::InvoiceLine::quantity>);
