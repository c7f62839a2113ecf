#!/bin/sh
# Starts moonbit-registry in a container, with a registry made if the volume holds none.
set -eu
registry=${MOONBIT_REGISTRY_DIR:-/registry}
if [ ! -e "$registry/registry.toml" ]; then moonbit-registry init "$registry" --name team; fi
exec moonbit-registry -d "$registry" "$@"
