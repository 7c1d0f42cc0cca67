# shellcheck shell=bash
# Installs what is missing through apt, and leaves the services and clusters of the machine as they were.
# Sourced by deploy/engines, which sets the constants used here.

# The newest PostgreSQL that has everything a server of ours needs.
pg_bin() {
  local dir
  for dir in $(printf '%s\n' /usr/lib/postgresql/*/bin | sort -rV) "$(dirname -- "$(command -v pg_ctl || echo /none/x)")"; do
    if [[ -x $dir/initdb && -x $dir/pg_ctl && -x $dir/postgres ]]; then
      printf '%s' "$dir"
      return
    fi
  done
  return 1
}

has_rabbit() { [[ -x $RABBIT_BIN/rabbitmq-server ]]; }

cmd_install() {
  local wanted=("$@") package packages=() missing=()
  ((${#wanted[@]})) || wanted=(postgres rabbitmq)
  command -v cc >/dev/null || packages+=(gcc libc6-dev)
  for package in "${wanted[@]}"; do
    case $package in
      postgres) { pg_bin >/dev/null && command -v psql >/dev/null; } || packages+=(postgresql postgresql-client) ;;
      rabbitmq) has_rabbit || packages+=(rabbitmq-server) ;;
      *) die "não sei instalar \"$package\" (só postgres e rabbitmq)" ;;
    esac
  done
  if ((${#packages[@]} == 0)); then
    say "nada a instalar: ${wanted[*]} já na máquina"
    return
  fi
  command -v apt-get >/dev/null || die "sem apt-get aqui; instale à mão o que fornece: ${packages[*]}"
  if ((EUID != 0)); then
    command -v sudo >/dev/null ||
      die "falta instalar ${packages[*]} e não há sudo; rode como root: apt-get install ${packages[*]}"
    say "instalando com sudo: ${packages[*]}"
    sudo -- "$SELF" install "${wanted[@]}"
    return
  fi
  trap 'await_step; restore_machine' EXIT
  keep_machine_as_is
  apt_install "${packages[@]}"
  forget_boot_services "${packages[@]}"
  restore_machine
  trap await_step EXIT
  pg_bin >/dev/null || missing+=(postgres)
  has_rabbit || missing+=(rabbitmq)
  for package in "${wanted[@]}"; do
    [[ " ${missing[*]} " != *" $package "* ]] || die "apt terminou, mas $package não está onde eu esperava"
  done
}

# While we install: no service starts and no `main` cluster is made. A policy the machine already has stays when it
# refuses starts anyway; else it is put aside and comes back in `restore_machine`.
keep_machine_as_is() {
  restore_machine # leftovers of an installation that was killed
  if [[ ! -e $POLICY ]] || "$POLICY" rabbitmq-server start >/dev/null 2>&1; then
    [[ ! -e $POLICY ]] || mv -- "$POLICY" "$POLICY.cobranca"
    printf '#!/bin/sh\n# %s\nexit 101\n' "$MARK" >"$POLICY"
    chmod 755 "$POLICY"
  fi
  mkdir -p -- "${NO_MAIN_CLUSTER%/*}"
  printf '# %s\ncreate_main_cluster = false\n' "$MARK" >"$NO_MAIN_CLUSTER"
}

restore_machine() {
  if [[ -f $POLICY ]] && grep -qF "$MARK" "$POLICY"; then
    rm -f -- "$POLICY"
    [[ ! -e $POLICY.cobranca ]] || mv -- "$POLICY.cobranca" "$POLICY"
  fi
  rm -f -- "$NO_MAIN_CLUSTER"
}

apt_install() {
  local flags=(-y -q --no-install-recommends -o Dpkg::Use-Pty=0 -o Dpkg::Options::=--force-confold -o DPkg::Lock::Timeout=300)
  export DEBIAN_FRONTEND=noninteractive
  if compgen -G '/var/lib/apt/lists/*_Packages*' >/dev/null &&
    step "apt: instalando $*" apt-get install "${flags[@]}" "$@"; then
    return
  fi
  step 'apt: atualizando as listas' apt-get update -q
  step "apt: instalando $*" apt-get install "${flags[@]}" "$@"
}

# A fresh rabbitmq-server would start at the next boot; ours is the only node wanted.
forget_boot_services() {
  [[ " $* " == *' rabbitmq-server '* ]] && command -v systemctl >/dev/null || return 0
  systemctl disable --quiet rabbitmq-server.service >/dev/null 2>&1 || true
}
