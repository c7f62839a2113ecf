#!/bin/sh
# Installs moonbit-registry for the one who runs it: no root, nothing outside one directory.
#
#     sh install.sh [--to DIR] [--from URL] [--uninstall]
#
# Everything is in functions and the last line starts it; it is in braces, so that a download that
# was cut short does nothing, wherever it was cut.

# Where releases are.
RELEASES="https://github.com/moonbit-registry/moonbit-registry/releases/latest/download"
NAME="moonbit-registry"
# The registry that served this script, if one did: it is where to take the program from.
SERVED_BY=""

usage() {
  cat <<END
Installs $NAME.

  --to DIR      where to (default: ~/.local/bin)
  --from URL    take it from a running registry at URL (default: the registry that served
                this script, else the project's releases)
  --uninstall   remove it from there
  --help        show this

Environment: MOONBIT_REGISTRY_FROM is the default of --from.
END
}

fail() {
  printf 'install.sh: %s\n' "$1" >&2
  if [ $# -gt 1 ]; then printf '  %s\n' "$2" >&2; fi
  exit 1
}

have() {
  command -v "$1" >/dev/null 2>&1
}

# The file's name for this machine, as scripts/targets.ts has it.
target() {
  machine="$(uname -s) $(uname -m)"
  case $(uname -m) in
    x86_64 | amd64) arch=x64 ;;
    arm64 | aarch64) arch=arm64 ;;
    *) fail "there is no build for $machine" "build one from source: npm run build" ;;
  esac
  case $(uname -s) in
    Linux) printf '%s-linux-%s%s' "$NAME" "$arch" "$(libc_suffix)" ;;
    Darwin)
      # A shell under Rosetta takes an Apple chip for an Intel one.
      if [ "$(sysctl -n sysctl.proc_translated 2>/dev/null)" = 1 ]; then arch=arm64; fi
      printf '%s-macos-%s' "$NAME" "$arch"
      ;;
    MINGW* | MSYS* | CYGWIN*) printf '%s-windows-x64.exe' "$NAME" ;;
    *) fail "there is no build for $machine" "build one from source: npm run build" ;;
  esac
}

libc_suffix() {
  # The ldd of musl says so, on stderr; some systems have musl and no ldd.
  case $(ldd --version 2>&1) in
    *musl*) printf '%s' -musl ;;
    *GNU* | *GLIBC*) ;;
    *) for file in /lib/ld-musl-*; do if [ -e "$file" ]; then printf '%s' -musl && break; fi; done ;;
  esac
}

fetch() {
  if have curl; then
    curl -fsSL --retry 2 -o "$2" "$1"
  elif have wget; then
    wget -q -O "$2" "$1"
  else
    fail "curl or wget is needed" "install one of them and try again"
  fi || fail "cannot download $1" "check the network and the address, and try again"
}

sha256() {
  if have sha256sum; then
    sha256sum "$1" | cut -d ' ' -f 1
  elif have shasum; then
    shasum -a 256 "$1" | cut -d ' ' -f 1
  else
    fail "sha256sum or shasum is needed to verify the download" "install one and try again"
  fi
}

# Prints the hash that SHA256SUMS ($1) has for a file ($2).
wanted_sha256() {
  while read -r hash file; do
    if [ "${file#\*}" = "$2" ]; then printf '%s' "$hash"; fi
  done <"$1"
}

# What may be missing for a program ($1): systems with musl come without a C++ library.
missing_hint() {
  case $1 in
    *-musl) printf '%s' "install the C++ library, on Alpine: apk add libstdc++; then try again" ;;
    *) printf '%s' "choose a directory that may hold programs: --to DIR; or report it with that message" ;;
  esac
}

install_to() {
  to=$1
  base=$2
  # In steps of their own, so that a failure in one ends the script.
  file=$(target)
  case $file in *.exe) program=$NAME.exe ;; *) program=$NAME ;; esac
  scratch=$(mktemp -d)
  trap 'rm -rf "$scratch"' EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM

  printf 'Downloading %s from %s\n' "$file" "$base"
  fetch "$base/SHA256SUMS" "$scratch/SHA256SUMS"
  wanted=$(wanted_sha256 "$scratch/SHA256SUMS" "$file")
  [ -n "$wanted" ] || fail "$base/SHA256SUMS does not name $file" "it has no build for this machine"
  fetch "$base/$file" "$scratch/$file"
  actual=$(sha256 "$scratch/$file")
  if [ "$actual" != "$wanted" ]; then
    fail "$file has SHA-256 $actual instead of $wanted: not installed" "try again later"
  fi

  mkdir -p "$to" || fail "cannot make $to" "choose another directory: --to DIR"
  to=$(cd "$to" && pwd)
  # The program would be moved into it.
  if [ -d "$to/$program" ]; then
    fail "$to/$program is a directory" "move it away, or choose another directory: --to DIR"
  fi
  # Moved into place whole: a program that runs now keeps its own file.
  draft="$to/.$program.$$"
  if ! { cp "$scratch/$file" "$draft" && chmod 755 "$draft"; }; then
    rm -f "$draft"
    fail "cannot write to $to" "choose another directory: --to DIR"
  fi
  # Tried where it is to run: the temporary directory may allow no programs.
  if ! "$draft" --version >/dev/null 2>"$scratch/problem"; then
    rm -f "$draft"
    IFS= read -r problem <"$scratch/problem" || problem="it does not say why"
    fail "$file does not run here: $problem" "$(missing_hint "$file")"
  fi
  if ! mv -f "$draft" "$to/$program"; then
    rm -f "$draft"
    fail "cannot write to $to" "choose another directory: --to DIR"
  fi
  printf 'Installed %s\n' "$to/$program"
  case ":$PATH:" in
    *":$to:"*) return ;;
  esac
  # shellcheck disable=SC2016 # $PATH is for the user's own shell to expand.
  printf 'To find it by name, add this to your shell profile:\n  export PATH="%s:$PATH"\n' "$to"
}

uninstall_from() {
  for program in "$1/$NAME" "$1/$NAME.exe"; do
    [ -e "$program" ] || continue
    rm -f "$program" || fail "cannot remove $program"
    printf 'Removed %s; registries that it made are left as they are\n' "$program"
    return
  done
  printf 'There is no %s in %s\n' "$NAME" "$1"
}

main() {
  set -eu
  # With it `cd` may go elsewhere, and says so.
  unset CDPATH
  to=${HOME:-}/.local/bin
  from=${MOONBIT_REGISTRY_FROM:-$SERVED_BY}
  action=install
  while [ $# -gt 0 ]; do
    case $1 in
      --to | --from)
        [ $# -gt 1 ] || fail "$1 needs a value" "see --help"
        if [ "$1" = --to ]; then to=$2; else from=$2; fi
        shift
        ;;
      --uninstall) action=uninstall ;;
      -h | --help) usage && return ;;
      *) fail "unknown option $1" "see --help" ;;
    esac
    shift
  done
  [ "$to" != /.local/bin ] || fail "there is no home directory" "choose a directory: --to DIR"
  if [ "$action" = uninstall ]; then
    uninstall_from "${to%/}"
  elif [ -n "$from" ]; then
    install_to "${to%/}" "${from%/}/dist"
    printf 'To let moon use that registry:\n  moonbit-registry setup-client %s\n' "${from%/}"
  else
    install_to "${to%/}" "$RELEASES"
  fi
}

{ main "$@"; }
