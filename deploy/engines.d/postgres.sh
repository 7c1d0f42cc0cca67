# shellcheck shell=bash
# A private PostgreSQL cluster: made once, started on its own port, stopped by its pid file.
# Sourced by deploy/engines, which sets the constants used here.

pg_pid() { head -n 1 -- "$DIR/pg/dados/postmaster.pid" 2>/dev/null || true; }

pg_up() { alive "$(pg_pid)" "$DIR/pg/dados"; }

pg_init() {
  local bin=$1 owner
  owner=$(owner_of postgres)
  rm -rf -- "$DIR/pg"
  install -d -o "$owner" -m 700 -- "$DIR/pg"
  as postgres test -w "$DIR/pg" || die "o usuário $owner não consegue escrever em $DIR/pg"
  (umask 077 && printf '%s\n' "${STATE[senha]}" >"$DIR/pg/senha")
  chown "$owner" -- "$DIR/pg/senha"
  local flags=(-U "$DB_ROLE" --auth=scram-sha-256 --pwfile="$DIR/pg/senha" --encoding=UTF8 --locale=C.UTF-8 --no-instructions)
  ! is_volatile || flags+=(--no-sync)
  step "PostgreSQL: criando o cluster em $DIR/pg" as postgres "$bin/initdb" -D "$DIR/pg/dados" "${flags[@]}"
  rm -f -- "$DIR/pg/senha"
  printf "include 'cobranca.conf'\n" >>"$DIR/pg/dados/postgresql.conf"
}

# Rewritten at every start: the port may have changed.
pg_settings() {
  local socket=''
  ((${#DIR} + 3 > SOCKET_DIR_MAX)) || socket="\"${DIR//\'/\'\'}/pg\""
  cat <<FIM
listen_addresses = '127.0.0.1'
port = ${STATE[porta_pg]}
unix_socket_directories = '$socket'
unix_socket_permissions = 0700
cluster_name = 'cobranca-$NAME'
timezone = 'UTC'
log_timezone = 'UTC'
FIM
  ! is_test || echo 'max_connections = 300'
  # Measured: sized as a server of its own would be, without a checkpoint in the middle of a measurement, and telling
  # where its time went.
  ! is_test || is_volatile || cat <<'FIM'
shared_buffers = 2GB
effective_cache_size = 8GB
max_wal_size = 16GB
checkpoint_timeout = 1h
wal_compression = lz4
shared_preload_libraries = 'pg_stat_statements'
pg_stat_statements.track_planning = on
FIM
  ! is_volatile || cat <<'FIM'
fsync = off
synchronous_commit = off
full_page_writes = off
wal_level = minimal
max_wal_senders = 0
FIM
}

pg_start() {
  local bin version
  if pg_up; then
    say "PostgreSQL: já no ar em 127.0.0.1:${STATE[porta_pg]}"
    return
  fi
  bin=$(pg_bin)
  # STATE[pg] is written last: a cluster whose creation was cut short is made again.
  if [[ -z ${STATE[pg]:-} ]]; then
    pg_init "$bin"
    STATE[pg]=1
    save_state
  fi
  version=$(<"$DIR/pg/dados/PG_VERSION")
  [[ ! -x /usr/lib/postgresql/$version/bin/pg_ctl ]] || bin=/usr/lib/postgresql/$version/bin
  # The server itself handles the pid file of a dead one, but not a number that now belongs to another program or that
  # nobody has reaped yet (containers). The pause lets the dead one's sessions notice and go.
  if [[ -n $(pg_pid) && -e /proc/$(pg_pid) ]]; then
    sleep 1
    say 'PostgreSQL: pid velho de uma queda; removido'
    rm -f -- "$DIR/pg/dados/postmaster.pid"
  fi
  settle_port porta_pg
  pg_settings >"$DIR/pg/dados/cobranca.conf"
  chown "$(owner_of postgres)" -- "$DIR/pg/dados/cobranca.conf"
  step "PostgreSQL $version: subindo em 127.0.0.1:${STATE[porta_pg]}" \
    pg_launch "$bin/pg_ctl" start -D "$DIR/pg/dados" -w -t 120 -s -l "$DIR/pg/servidor.log" || {
    tail -n 10 -- "$DIR/pg/servidor.log" | sed 's/^/    /' >&2
    return 1
  }
  pg_ensure_database
}

# Twice: the sessions of a server that was killed take a moment to notice, and hold its shared memory until then.
pg_launch() { as postgres "$@" || { sleep 1 && as postgres "$@"; }; }

# psql as the caller, over TCP like everybody else; the password goes through the environment, never the command line.
pg_sql() {
  PGPASSWORD=${STATE[senha]} PGCONNECT_TIMEOUT=10 psql -X -q -A -t -v ON_ERROR_STOP=1 \
    -h 127.0.0.1 -p "${STATE[porta_pg]}" -U "$DB_ROLE" -d postgres -c "$1"
}

pg_ensure_database() {
  [[ $(pg_sql "SELECT 1 FROM pg_database WHERE datname = '$DB_ROLE'") == 1 ]] ||
    step "PostgreSQL: criando o banco $DB_ROLE" pg_sql "CREATE DATABASE $DB_ROLE"
}

# pg_stop <fast|immediate|kill>
pg_stop() {
  local mode=$1 bin version pid sessions=()
  pg_up || return 0
  pid=$(pg_pid)
  if [[ $mode == kill ]]; then
    # Its sessions too, at once: left alone they would hold the shared memory for a moment.
    read -ra sessions <"/proc/$pid/task/$pid/children" || true
    kill -KILL "$pid" "${sessions[@]}" 2>/dev/null || true
    gone_within "$pid" "$DIR/pg/dados" 10 && closed_within 10 porta_pg || die "o processo $pid do PostgreSQL não termina"
    say 'PostgreSQL: derrubado com SIGKILL'
    return
  fi
  version=$(<"$DIR/pg/dados/PG_VERSION")
  bin=/usr/lib/postgresql/$version/bin
  [[ -x $bin/pg_ctl ]] || bin=$(pg_bin)
  step 'PostgreSQL: parando' as postgres "$bin/pg_ctl" stop -D "$DIR/pg/dados" -w -t 120 -s -m "$mode"
}
