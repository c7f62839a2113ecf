#!/bin/sh
# Installs what the benchmarks measure beside, from Debian or Ubuntu. What is there already stays as
# it is; a benchmark says by name what it had to do without.
#
#     sh bench/setup.sh
set -eu

# Where servers are, for who is not root.
PATH="$PATH:/usr/sbin"

wanted=
for pair in nginx:nginx fcgiwrap:fcgiwrap git:git aria2c:aria2 curl:curl wrk:wrk; do
  command -v "${pair%%:*}" >/dev/null || wanted="$wanted ${pair##*:}"
done
if [ -z "$wanted" ]; then
  echo "everything is here"
  exit 0
fi
command -v apt-get >/dev/null || {
  echo "there is no apt-get here; install by other means:$wanted" >&2
  exit 1
}
sudo=
[ "$(id -u)" -eq 0 ] || sudo=sudo
$sudo apt-get update
# shellcheck disable=SC2086 # names of packages, one word each
$sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends $wanted
