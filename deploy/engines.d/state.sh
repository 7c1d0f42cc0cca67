# shellcheck shell=bash
# Where an engine set lives, which account runs it, its recorded ports, and the lock on it.
# Sourced by deploy/engines, which sets the constants used here.

# As root an engine runs under its own account; as anyone else, under the caller's.
as() {
  local account=$1
  shift
  if ((EUID == 0)); then
    setpriv --reuid="$account" --regid="$account" --init-groups -- "$@"
  else
    "$@"
  fi
}

owner_of() { if ((EUID == 0)); then printf '%s' "$1"; else id -un; fi; }

# Every parent must let an account without rights through: asked as such an account, because ACLs and mounts surprise.
reachable() {
  if ((EUID == 0)); then
    setpriv --reuid=65534 --regid=65534 --clear-groups -- test -x "$1"
  else
    [[ -w $1 && -x $1 ]]
  fi
}

fallback_base() {
  if ((EUID == 0)); then
    printf '/var/lib/cobranca-%s' "$HASH"
  else
    local home=~ # works without HOME too
    printf '%s/cobranca-%s' "${XDG_STATE_HOME:-$home/.local/state}" "$HASH"
  fi
}

bases() { printf '%s\n' "$REPO/data/motores" "$(fallback_base)"; }

DIR='' BASE='' NAME=''
declare -A STATE=()

# Sets NAME, BASE and DIR, and loads STATE if <nome> exists. Prefers where it already is.
locate() {
  local base
  NAME=$1 STATE=() BASE='' DIR=''
  [[ $NAME =~ ^[a-z0-9][a-z0-9-]{0,39}$ ]] || die "nome inválido: \"$NAME\" (letras minúsculas, dígitos e hífen, até 40)"
  while IFS= read -r base; do
    if [[ -f $base/$NAME/estado && -O $base/$NAME ]]; then
      BASE=$base DIR=$base/$NAME
      load_state
      return
    fi
  done < <(bases)
}

# Root makes `data` for whoever owns the checkout: that person's own runs write there too.
make_base() {
  local data=$REPO/data
  [[ $1 != "$data"/* || -e $data ]] || { mkdir -- "$data" && chown --reference="$REPO" -- "$data"; } 2>/dev/null || return 1
  mkdir -p -- "$1" 2>/dev/null
}

choose_base() {
  local base
  while IFS= read -r base; do
    if make_base "$base" && [[ -w $base && (! -e $base/$NAME || -O $base/$NAME) ]] && reachable "$base"; then
      BASE=$base DIR=$base/$NAME
      return
    fi
  done < <(bases)
  die 'nenhum diretório serve para os dados: data/motores não é alcançável pelo usuário do motor, nem o diretório reserva'
}

load_state() {
  local key value
  while IFS='=' read -r key value; do
    STATE[$key]=$value
  done <"$DIR/estado"
}

save_state() {
  local key
  (
    umask 077
    for key in "${!STATE[@]}"; do
      printf '%s=%s\n' "$key" "${STATE[$key]}"
    done | sort >"$DIR/estado.novo"
  )
  mv -f -- "$DIR/estado.novo" "$DIR/estado"
}

is_test() { [[ ${STATE[modo]:-} == teste ]]; }

is_volatile() { is_test && [[ -z ${STATE[duravel]:-} ]]; }

# One command at a time per <nome>. The file may be removed by a `down` while we wait for it: then take the new one.
lock() {
  mkdir -p -- "$BASE/.travas"
  while :; do
    exec 9>"$BASE/.travas/$NAME"
    flock 9
    [[ $(stat -c %i -- "$BASE/.travas/$NAME" 2>/dev/null) == $(stat -Lc %i /proc/self/fd/9) ]] && break
  done
  STATE=() # what was read before the lock may be gone
  [[ ! -f $DIR/estado ]] || load_state
}

unlock() { exec 9>&-; }

listening() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# A port nobody listens on and no engine of this checkout has written down. STATE[key] is saved while the lock is held.
pick_port() {
  local key=$1 port
  exec 8>"$BASE/.travas/.portas"
  flock 8
  while :; do
    port=$((FIRST_PORT + SRANDOM % (LAST_PORT - FIRST_PORT + 1)))
    if ! grep -qsE "^porta_[a-z_]+=$port\$" "$BASE"/*/estado && ! listening "$port"; then
      break
    fi
  done
  STATE[$key]=$port
  save_state
  exec 8>&-
}

# The recorded port, unless something else took it in the meantime.
settle_port() {
  local key=$1
  if [[ -n ${STATE[$key]:-} ]] && listening "${STATE[$key]}"; then
    say "a porta ${STATE[$key]} está ocupada por outro programa; escolho outra"
    unset "STATE[$key]"
  fi
  [[ -n ${STATE[$key]:-} ]] || pick_port "$key"
}

# Is <pid> alive and really ours? Its command line must carry <mark>, since a pid may have been given to someone else.
alive() {
  local pid=$1 mark=$2
  [[ $pid =~ ^[0-9]+$ && -r /proc/$pid/cmdline && $(tr '\0' ' ' 2>/dev/null <"/proc/$pid/cmdline") == *"$mark"* ]]
}

gone_within() {
  local pid=$1 mark=$2 left=$(($3 * 20))
  while alive "$pid" "$mark"; do
    ((left-- > 0)) || return 1
    sleep 0.05
  done
}

# A killed process loses its command line some moments before its sockets.
closed_within() {
  local left=$(($1 * 20)) key
  shift
  for key in "$@"; do
    while [[ -n ${STATE[$key]:-} ]] && listening "${STATE[$key]}"; do
      ((left-- > 0)) || return 1
      sleep 0.05
    done
  done
}

random_hex() { head -c 24 /dev/urandom | od -An -v -tx1 | tr -d ' \n'; }
