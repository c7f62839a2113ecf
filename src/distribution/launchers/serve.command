#!/bin/sh
# Opened by a double click on macOS.
exec sh "$(dirname "$0")/serve.sh" "$@"
