#!/bin/sh
# Serves the registry that this file lies beside. Options are those of `moonbit-registry serve`.
#
#     sh serve.sh --host 0.0.0.0
#
# The program is copied to the machine's own disk first: many systems run nothing from a stick, and
# a program that lies on one dies when it is pulled out.
set -eu
# With it `cd` may go elsewhere, and says so.
unset CDPATH

fail() {
  printf 'serve.sh: %s\n' "$1" >&2
  exit 1
}

# The program's name for this machine, as install.sh works it out.
target() {
  case $(uname -m) in
    x86_64 | amd64) arch=x64 ;;
    arm64 | aarch64) arch=arm64 ;;
    *) fail "there is no program for $(uname -s) $(uname -m)" ;;
  esac
  case $(uname -s) in
    Linux)
      libc=
      for file in /lib/ld-musl-*; do if [ -e "$file" ]; then libc=-musl; fi; done
      for file in /lib*/ld-linux-* /lib/*/ld-linux-*; do if [ -e "$file" ]; then libc=; fi; done
      printf 'moonbit-registry-linux-%s%s' "$arch" "$libc"
      ;;
    Darwin)
      # A shell under Rosetta takes an Apple chip for an Intel one.
      if [ "$(sysctl -n sysctl.proc_translated 2>/dev/null)" = 1 ]; then arch=arm64; fi
      printf 'moonbit-registry-macos-%s' "$arch"
      ;;
    *) fail "there is no program for $(uname -s) $(uname -m)" ;;
  esac
}

# Copies the program ($1) to a directory of this machine that may run programs.
place() {
  for base in "${TMPDIR:-/tmp}" "${HOME:-}"; do
    if [ -d "$base" ] && scratch=$(mktemp -d "$base/moonbit-registry.XXXXXX" 2>/dev/null); then
      if cp "$1" "$scratch/moonbit-registry" && chmod 755 "$scratch/moonbit-registry" &&
        "$scratch/moonbit-registry" --version >/dev/null 2>&1; then
        return
      fi
      rm -rf "$scratch"
    fi
  done
  fail "cannot run $1 from ${TMPDIR:-/tmp} or ${HOME:-a home directory}"
}

main() {
  here=$(cd "$(dirname "$0")" && pwd)
  file=$(target)
  [ -f "$here/dist/$file" ] || fail "there is no $here/dist/$file"
  echo "Copying the program to this machine, so that it does not hang on the stick ..." >&2
  place "$here/dist/$file"
  trap 'rm -rf "$scratch"' EXIT
  "$scratch/moonbit-registry" --dir "$here" serve --advertise "$@" &
  pid=$!
  # A shell that waits is woken by a signal; the server then ends what it has under way.
  trap 'kill -TERM "$pid" 2>/dev/null || :' INT TERM HUP
  code=0
  wait "$pid" || code=$?
  while kill -0 "$pid" 2>/dev/null; do
    code=0
    wait "$pid" || code=$?
  done
  return "$code"
}

main "$@"
