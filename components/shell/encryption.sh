#!/usr/bin/env bash
# Keys that Secrets are under in etcd, on a living control plane. Sourced, never run.
# Input: security/, etcd-endpoints of an external etcd.
#
# An order has to be kept: all API servers read a key before the first one writes with it, and none is without a key
# that a Secret is still under. Joins come before the roll-out, and that before Secrets are written again (rollout.ts);
# apart from that, API servers are asked what they have loaded, and etcd what is in it. They notice a changed file by
# themselves, within a minute; none is started again for it.
load node etcd kube

ENCRYPTION_FILE=$NODE_SECURITY/encryption.yaml
# What is configured, and where there are several keys the same with the second one first: all are read, and nobody
# writes with the first yet.
ENCRYPTION_TARGET=$INPUT/security/encryption.yaml
ENCRYPTION_BEFORE=$INPUT/security/encryption-before.yaml
ENCRYPTION_IN_USE=$INPUT/keys-in-use

# encryption_keys FILE: the names of its keys, the writing one first.
encryption_keys() {
  awk '$1 == "-" && $2 == "name:" { print $3 } $1 == "-" && $2 == "identity:" { print "identity" }' "$1"
}

# encryption_without A B: the lines of A that are not in B.
encryption_without() {
  grep -vxF -f <(echo "$2") <<<"$1" || true
}

# Reads the names of the keys that Secrets are under to $ENCRYPTION_IN_USE.
encryption_read_in_use() {
  # The first bytes of a value name the provider and the key; what no provider has touched begins as Kubernetes stores
  # it.
  encryption_etcd get /registry/secrets/ --prefix --print-value-only --command-timeout=60s 2>/dev/null |
    { LC_ALL=C grep -aoP '^k8s(:enc:[a-z]+:v[0-9]+:[^:]+:|\x00)' || true; } | tr '\0' ' ' |
    awk -F: '{ print (NF > 1 ? $5 : "identity") }' | sort -u >"$ENCRYPTION_IN_USE"
}

# etcd as API servers reach it.
encryption_etcd() {
  if [ -n "$NODE_ETCD_DATA" ]; then
    etcd_ctl "$@"
  else
    etcdctl --endpoints="$(cat "$INPUT/etcd-endpoints")" --cacert="$PKI/etcd/ca.crt" \
      --cert="$PKI/apiserver-etcd-client.crt" \
      --key="$PKI/apiserver-etcd-client.key" --dial-timeout=3s "$@"
  fi
}

# encryption_sum FILE: what encryption_loaded_at prints of an API server that works with this file.
encryption_sum() {
  sha256sum "$1" | cut -d' ' -f1
}

# encryption_loaded_at ADDRESS
encryption_loaded_at() {
  kube --server "https://$(url_host "$1"):6443" get --raw /metrics |
    sed -n 's/^apiserver_encryption_config_controller_last_config_info{.*,hash="sha256:\([0-9a-f]*\)".*/\1/p'
}

# encryption_loaded ADDRESS SUM…: succeeds when the API server there works with one of these files.
encryption_loaded() {
  local address=$1 now
  shift
  now=$(encryption_loaded_at "$address") || return 1
  case " $* " in
    *" ${now:-none} "*) ;;
    *) echo "the API server at $address has loaded ${now:0:12}" && return 1 ;;
  esac
}

# encryption_loaded_everywhere SUM…: the same for every control plane that the cluster knows, whatever is configured.
encryption_loaded_everywhere() {
  local known address
  known=$(kube_control_planes) || return 1
  while read -r _ address; do
    encryption_loaded "$address" "$@" </dev/null || return 1
  done <<<"$known"
}

encryption_refuse() {
  fail "security.encryption.keys is $(encryption_keys "$ENCRYPTION_TARGET" | paste -sd,), and $1" "$2" \
    "$3; no key was touched"
}

# A machine that joins starts with what all others can read and read themselves: Secrets tell which keys that goes for.
encryption_place() {
  local in_use first file=$ENCRYPTION_TARGET missing
  poll 60 "etcd to tell the keys of Secrets" encryption_read_in_use
  in_use=$(cat "$ENCRYPTION_IN_USE")
  first=$(encryption_keys "$ENCRYPTION_TARGET" | head -n 1)
  missing=$(encryption_without "$in_use" "$(encryption_keys "$ENCRYPTION_TARGET")")
  [ -z "$missing" ] ||
    encryption_refuse "Secrets are under $(paste -sd, <<<"$missing")" "every key that a Secret is under" \
      "leave it in the list, behind the others; the change after this can take it away"
  if [ -n "$in_use" ] && [ -f "$ENCRYPTION_BEFORE" ] && ! grep -qxF -- "$first" <<<"$in_use"; then
    file=$ENCRYPTION_BEFORE
  fi
  place "$file" "$ENCRYPTION_FILE" 0600 || true
}

# encryption_read_new NODE ADDRESS: returns when the API server beside it reads the key that is to write from now on.
encryption_read_new() {
  local now wanted first dropped
  now=$(encryption_keys "$ENCRYPTION_FILE")
  wanted=$(encryption_keys "$ENCRYPTION_TARGET")
  first=${wanted%%$'\n'*}
  [ "${now%%$'\n'*}" != "$first" ] || return 0
  dropped=$(encryption_without "$now" "$wanted")
  [ -z "$dropped" ] ||
    encryption_refuse "Secrets may still be under $(paste -sd, <<<"$dropped")" "$first before the keys that are there" \
      "put the new key first and leave the others; the change after this can take them away"
  [ "$(encryption_keys "$ENCRYPTION_BEFORE" | head -n 1)" = "${now%%$'\n'*}" ] ||
    encryption_refuse "${now%%$'\n'*} writes now" "$first, then ${now%%$'\n'*}" \
      "put the new key right before the one that writes"
  place "$ENCRYPTION_BEFORE" "$ENCRYPTION_FILE" 0600 || true
  begin "waiting for the API server of $1 to read the key $first"
  PAUSE=3 poll 200 "the API server of $1 to read the key $first" encryption_loaded "$2" \
    "$(encryption_sum "$ENCRYPTION_BEFORE")"
}

# The file as it is configured, once every API server reads what will be written, and nothing is left that it could not
# read.
encryption_write_first() {
  local now dropped left first
  ! cmp -s "$ENCRYPTION_TARGET" "$ENCRYPTION_FILE" || return 0
  first=$(encryption_keys "$ENCRYPTION_TARGET" | head -n 1)
  encryption_keys "$ENCRYPTION_FILE" | grep -qxF -- "$first" ||
    encryption_refuse "no API server reads $first yet" "$first before the keys that are there" \
      "put the new key first and leave the others; the change after this can take them away"
  PAUSE=3 poll 200 "every API server to read the key $first" \
    encryption_loaded_everywhere "$(encryption_sum "$ENCRYPTION_FILE")" "$(encryption_sum "$ENCRYPTION_TARGET")"
  now=$(encryption_keys "$ENCRYPTION_FILE")
  dropped=$(encryption_without "$now" "$(encryption_keys "$ENCRYPTION_TARGET")")
  if [ -n "$dropped" ]; then
    poll 60 "etcd to tell the keys of Secrets" encryption_read_in_use
    left=$(grep -xF -f <(echo "$dropped") "$ENCRYPTION_IN_USE" | paste -sd,) || true
    [ -z "$left" ] ||
      encryption_refuse "Secrets are still under $left" "a key that no Secret is under any more to be taken away" \
        "put it back, behind the others: 'pulumi up' then writes all Secrets again"
  fi
  place "$ENCRYPTION_TARGET" "$ENCRYPTION_FILE" 0600 || true
}
