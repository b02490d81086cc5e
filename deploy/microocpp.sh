#!/bin/sh
# Becomes MicroOCPP, with the name of its container as its identity, connected to $CSMS, an address and never a name.
# A store without ws-conn.jsn would lead to a public central system.
set -eu
store=mo_store
mkdir -p "$store"
if [ ! -e "$store/ws-conn.jsn" ]; then
    cat > "$store/ws-conn.jsn" <<STORE
{"head": {"content-type": "ocpp_config_file", "version": "2.0"}, "configurations": [
  {"type": "string", "key": "Cst_BackendUrl", "value": "$CSMS"},
  {"type": "string", "key": "Cst_ChargeBoxId", "value": "$(hostname)"},
  {"type": "string", "key": "AuthorizationKey", "value": ""},
  {"type": "int", "key": "Cst_ReconnectInterval", "value": 5}]}
STORE
fi
exec ./build/mo_simulator
