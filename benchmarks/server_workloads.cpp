// Makes the databases of both sides on a server.

#include <benchmarks/server_workloads.hpp>

#include <benchmarks/bench_entities.hpp>
#include <benchmarks/rowan_workloads.hpp>
#include <benchmarks/server_url.hpp>
#include <rowan/drivers.hpp>
#ifdef ROWAN_BENCH_POSTGRES
#include <benchmarks/postgres_baseline.hpp>
#include <benchmarks/postgres_client.hpp>
#endif
#ifdef ROWAN_BENCH_MYSQL
#include <benchmarks/mysql_baseline.hpp>
#include <benchmarks/mysql_client.hpp>
#endif

#include <memory>
#include <stdexcept>
#include <utility>

namespace benchmarks {
namespace {

constexpr const char* c_database = "rowan_bench_c";
constexpr const char* rowan_database = "rowan_bench_rowan";

/// What a kind of server brings along.
struct ServerParts {
  std::string (*make_database)(const std::string& url, const std::string& name);
  std::unique_ptr<Side> (*make_baseline)(const std::string& url,
                                         const std::string& schema,
                                         std::size_t n);
  std::unique_ptr<PlainSql> (*open_sql)(const std::string& url);
};

template <class Sql>
std::unique_ptr<PlainSql> open_plain_sql(const std::string& url) {
  return std::make_unique<Sql>(url);
}

[[maybe_unused]] MakeSides sides_on(const std::string& url,
                                    const ServerParts& parts,
                                    bool is_baseline_only) {
  return [=](std::size_t n) {
    const std::string rowan_url = parts.make_database(url, rowan_database);
    std::unique_ptr<rowan::Orm> orm{new rowan::Orm{{
        .driver = rowan::driver_from_url(rowan_url),
        .entities = rowan::entities<Author, Book, Tag>(),
    }}};
    Sides sides;
    sides.c =
        parts.make_baseline(parts.make_database(url, c_database), orm->schema().create_sql(), n);
    if (is_baseline_only) return sides;
    orm->schema().create();
    sides.rowan = make_rowan_side(std::move(orm), parts.open_sql(rowan_url), n);
    return sides;
  };
}

}  // namespace

Server server_of(const std::string& url, bool is_baseline_only) {
  const std::string scheme = parts_of(url).scheme;
#ifdef ROWAN_BENCH_POSTGRES
  if (scheme.starts_with("postgres")) {
    static constexpr Workload all[] = {Workload::w1, Workload::w2,  Workload::w3,  Workload::w4u,
                                       Workload::w5, Workload::w5b, Workload::w6j, Workload::w6s,
                                       Workload::w7, Workload::w8,  Workload::w9,  Workload::w10};
    const ServerParts parts{make_postgres_database, make_postgres_baseline,
                            open_plain_sql<PostgresPlainSql>};
    return {sides_on(url, parts, is_baseline_only), &WorkloadInfo::postgres, all};
  }
#endif
#ifdef ROWAN_BENCH_MYSQL
  if (scheme == "mysql" || scheme == "mariadb") {
    static constexpr Workload some[] = {Workload::w1,  Workload::w2, Workload::w3,
                                        Workload::w4u, Workload::w8, Workload::w10};
    const ServerParts parts{make_mysql_database, make_mysql_baseline,
                            open_plain_sql<MysqlPlainSql>};
    return {sides_on(url, parts, is_baseline_only), &WorkloadInfo::mysql, some};
  }
#endif
  (void)is_baseline_only;
  throw std::runtime_error("this build has no benchmark for " + scheme +
                           "://...: configure with the driver's option");
}

}  // namespace benchmarks
