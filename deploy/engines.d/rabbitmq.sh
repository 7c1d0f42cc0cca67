# shellcheck shell=bash
# A private RabbitMQ node with its own epmd, cookie and ports. Nothing of /etc/rabbitmq reaches it.
# Sourced by deploy/engines, which sets the constants used here.

# No busy waiting (it costs a core on a small machine); distribution on the loopback only.
readonly RABBIT_VM_FLAGS='+sbwt none +sbwtdcpu none +sbwtdio none -kernel inet_dist_use_interface {127,0,0,1}'

# Also an argument of the VM that means nothing to it, so that its command line tells whose it is.
rabbit_node() { printf 'cobranca-%s-%s@localhost' "$NAME" "$HASH"; }

rabbit_pid() { cat -- "$DIR/rabbit/pid" 2>/dev/null || true; }

rabbit_up() { alive "$(rabbit_pid)" "$(rabbit_node)"; }

# The session the node was launched in: known at once, while the node writes its pid only after a second.
rabbit_session() { cat -- "$DIR/rabbit/sessao" 2>/dev/null || true; }

rabbit_kill() {
  local session
  session=$(rabbit_session)
  if alive "$session" rabbitmq-server; then kill -KILL -- "-$session"; fi
  if rabbit_up; then kill -KILL "$(rabbit_pid)"; fi
}

# Runs a program of RabbitMQ as its account with only our environment: the machine's own node must not leak in.
rabbit() {
  local dir=$DIR/rabbit
  as rabbitmq env -i HOME="$dir" PATH="$RABBIT_BIN:/usr/bin:/bin" LC_ALL=C.UTF-8 \
    RABBITMQ_NODENAME="$(rabbit_node)" \
    RABBITMQ_CONF_ENV_FILE=/dev/null \
    RABBITMQ_CONFIG_FILE="$dir/rabbitmq" \
    RABBITMQ_ADVANCED_CONFIG_FILE="$dir/advanced.config" \
    RABBITMQ_ENABLED_PLUGINS_FILE="$dir/enabled_plugins" \
    RABBITMQ_MNESIA_BASE="$dir/mnesia" \
    RABBITMQ_LOG_BASE="$dir/log" \
    RABBITMQ_PID_FILE="$dir/pid" \
    RABBITMQ_DIST_PORT="${STATE[porta_dist]}" \
    ERL_EPMD_PORT="${STATE[porta_epmd]}" \
    ERL_EPMD_ADDRESS=127.0.0.1 \
    ERL_CRASH_DUMP="$dir/log/erl_crash.dump" \
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS="$RABBIT_VM_FLAGS -cobranca_motor $(rabbit_node)" \
    "$@"
}

rabbit_config() {
  cat <<FIM
listeners.tcp.1 = 127.0.0.1:${STATE[porta_amqp]}
default_user = $DB_ROLE
default_pass = ${STATE[senha]}
log.file.level = info
FIM
  [[ -z ${STATE[porta_http]:-} ]] || cat <<FIM
management.tcp.ip = 127.0.0.1
management.tcp.port = ${STATE[porta_http]}
collect_statistics_interval = 1000
FIM
}

rabbit_prepare() {
  local owner dir=$DIR/rabbit key plugins=''
  owner=$(owner_of rabbitmq)
  install -d -o "$owner" -m 700 -- "$dir"
  as rabbitmq test -w "$dir" || die "o usuário $owner não consegue escrever em $dir"
  for key in porta_amqp porta_dist porta_epmd; do settle_port "$key"; done
  # Tests make their vhosts through the management API; a node for use does without its 30 MB.
  if is_test; then
    settle_port porta_http
    plugins=rabbitmq_management
  fi
  (
    umask 077
    rabbit_config >"$dir/rabbitmq.conf"
    printf '[%s].\n' "$plugins" >"$dir/enabled_plugins"
    [[ -e $dir/.erlang.cookie ]] || { random_hex >"$dir/.erlang.cookie" && chmod 400 "$dir/.erlang.cookie"; }
    rm -f -- "$dir/pid" "$dir/sessao"
  )
  chown "$owner" -- "$dir/rabbitmq.conf" "$dir/enabled_plugins" "$dir/.erlang.cookie"
}

rabbit_start() {
  if rabbit_up; then
    say "RabbitMQ: já no ar em 127.0.0.1:${STATE[porta_amqp]}"
    return
  fi
  # A launch that was interrupted may still be on its way up, and our epmd outlives a crash.
  rabbit_kill
  [[ -z ${STATE[porta_epmd]:-} ]] || rabbit_stop_epmd
  rabbit_prepare
  STATE[rabbit]=1
  save_state
  step "RabbitMQ: subindo em 127.0.0.1:${STATE[porta_amqp]}" rabbit_launch || {
    tail -n 15 -- "$DIR/rabbit/saida.log" | sed 's/^/    /' >&2
    return 1
  }
}

# In a session of its own: a Ctrl-C at the terminal is for the program that uses the broker, not for the broker.
rabbit_launch() {
  local left=600 launcher
  # With the limit of some containers (10^9 files) the VM would reserve gigabytes for its port table.
  [[ $(ulimit -n) != unlimited && $(ulimit -n) -le 65536 ]] || ulimit -n 65536
  rabbit setsid "$RABBIT_BIN/rabbitmq-server" >>"$DIR/rabbit/saida.log" 2>&1 </dev/null &
  launcher=$!
  printf '%s\n' "$launcher" >"$DIR/rabbit/sessao"
  until listening "${STATE[porta_amqp]}"; do
    kill -0 "$launcher" 2>/dev/null || return 1
    ((left-- > 0)) || return 1
    sleep 0.2
  done
  rabbit rabbitmqctl -q await_startup --timeout 60
}

rabbit_stop_epmd() {
  listening "${STATE[porta_epmd]}" || return 0
  rabbit epmd -kill >/dev/null 2>&1 || true
}

# rabbit_stop <fast|immediate|kill>
rabbit_stop() {
  local mode=$1 pid node
  pid=$(rabbit_pid) node=$(rabbit_node)
  if [[ $mode == fast ]] && rabbit_up; then
    step 'RabbitMQ: parando' rabbit rabbitmqctl -q shutdown --timeout 60 || kill -TERM "$pid"
    gone_within "$pid" "$node" 30 || say 'RabbitMQ: não parou a tempo; SIGKILL'
  elif rabbit_up; then
    say 'RabbitMQ: derrubado com SIGKILL'
  fi
  rabbit_kill
  gone_within "$pid" "$node" 10 || die "o processo $pid do RabbitMQ não termina"
  closed_within 10 porta_amqp porta_dist porta_http || die 'as portas do RabbitMQ não fecham'
  [[ -z ${STATE[porta_epmd]:-} ]] || rabbit_stop_epmd
}
