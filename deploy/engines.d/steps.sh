# shellcheck shell=bash
# What a person sees: one line per step, with its time.
# Sourced by deploy/engines, which sets the constants used here.

say() { printf 'engines: %s\n' "$*" >&2; }

die() {
  say "erro: $*"
  exit 1
}

# Milliseconds of the wall clock; only differences of it are used.
now_ms() { printf '%s' "$((${EPOCHREALTIME//[.,]/} / 1000))"; }

# 1234 -> "1,2 s"
seconds() { printf '%d,%d s' "$(($1 / 1000))" "$(($1 % 1000 / 100))"; }

CHILD=''

# For the exit handlers: nothing may be cut in the middle (apt, initdb, a server on its way up), so let the step end.
await_step() {
  trap '' INT TERM HUP
  [[ -n $CHILD ]] || return 0
  say 'interrompido; esperando o passo em andamento terminar'
  wait "$CHILD" 2>/dev/null || true
  CHILD=''
}

# step <what> <command…>: runs it, output to a log that is shown only if it fails, and shows that time passes:
# a counter on a terminal, a line each 10 s elsewhere. The command runs in a subshell: it cannot set variables here.
step() {
  local what=$1 begin log status=0 told=0 elapsed
  shift
  begin=$(now_ms)
  log=$(mktemp)
  (
    trap '' INT QUIT # a Ctrl-C is answered between steps
    "$@"
  ) >"$log" 2>&1 9>&- </dev/null &
  CHILD=$!
  while kill -0 "$CHILD" 2>/dev/null; do
    elapsed=$(($(now_ms) - begin))
    if [[ -t 2 ]]; then
      ((elapsed < 1000)) || printf '\rengines: %s … %s ' "$what" "$(seconds "$elapsed")" >&2
    elif ((elapsed / 10000 > told)); then
      told=$((elapsed / 10000))
      say "$what … ainda em andamento ($(seconds "$elapsed"))"
    fi
    sleep 0.05
  done
  wait "$CHILD" || status=$?
  CHILD=''
  elapsed=$(($(now_ms) - begin))
  [[ ! -t 2 ]] || printf '\r\033[K' >&2
  if ((status == 0)); then
    say "$what: pronto em $(seconds "$elapsed")"
  else
    say "$what: falhou em $(seconds "$elapsed"); últimas linhas:"
    tail -n 25 -- "$log" | sed 's/^/    /' >&2
  fi
  rm -f -- "$log"
  return "$status"
}
