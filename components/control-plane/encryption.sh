#!/usr/bin/env bash
# Keys that Secrets are under in etcd, on a living control plane. Sourced, never run.
# Needs lib.sh, member.sh, quorum.sh with PEERS, and kubectl() of ready.sh. Input: security/, etcd-endpoints of an external etcd.
#
# An order has to be kept: all API servers read a key before the first one writes with it, and none is without a key that a
# Secret is still under. Joins come before changes of settings, and those before Secrets are written again (settings.ts);
# besides, API servers are asked what they have loaded, and etcd what is in it. They notice a changed file by
# themselves, within a minute; none is started anew for it.

ENCRYPTION=$SECURITY/encryption.yaml
# What is configured, and where there are several keys the same with the second one first: all are read, and nobody writes
# with the first yet.
TARGET=$INPUT/security/encryption.yaml
BEFORE=$INPUT/security/encryption-before.yaml
IN_USE=$INPUT/keys-in-use

# keys_of FILE: the names of its keys, the writing one first.
keys_of() {
  awk '$1 == "-" && $2 == "name:" { print $3 } $1 == "-" && $2 == "identity:" { print "identity" }' "$1"
}

# without A B: the lines of A that are not in B.
without() {
  grep -vxF -f <(echo "$2") <<<"$1" || true
}

# Reads the names of the keys that Secrets are under to $IN_USE.
read_keys_in_use() {
  # The first bytes of a value name the provider and the key; what no provider has touched begins as Kubernetes stores it.
  api_etcd get /registry/secrets/ --prefix --print-value-only --command-timeout=60s 2>/dev/null |
    { LC_ALL=C grep -aoP '^k8s(:enc:[a-z]+:v[0-9]+:[^:]+:|\x00)' || true; } | tr '\0' ' ' |
    awk -F: '{ print (NF > 1 ? $5 : "identity") }' | sort -u >"$IN_USE"
}

# etcd as API servers reach it.
api_etcd() {
  if [ -n "$ETCD_DATA" ]; then
    etcd "$@"
  else
    etcdctl --endpoints="$(cat "$INPUT/etcd-endpoints")" --cacert="$PKI/etcd/ca.crt" --cert="$PKI/apiserver-etcd-client.crt" \
      --key="$PKI/apiserver-etcd-client.key" --dial-timeout=3s "$@"
  fi
}

# sum FILE: what loaded_at prints of an API server that works with this file.
sum() {
  sha256sum "$1" | cut -d' ' -f1
}

# loaded_at ADDRESS
loaded_at() {
  kubectl --server "https://$(url_host "$1"):6443" get --raw /metrics |
    sed -n 's/^apiserver_encryption_config_controller_last_config_info{.*,hash="sha256:\([0-9a-f]*\)".*/\1/p'
}

# loaded ADDRESS SUM…: succeeds when the API server there works with one of these files.
loaded() {
  local address=$1 now
  shift
  now=$(loaded_at "$address") || return 1
  case " $* " in
    *" ${now:-none} "*) ;;
    *) echo "the API server at $address has loaded ${now:0:12}" && return 1 ;;
  esac
}

# loaded_everywhere SUM…: the same for every control plane that the cluster knows, whatever is configured.
loaded_everywhere() {
  local addresses address
  addresses=$(kubectl get nodes -l node-role.kubernetes.io/control-plane \
    -o 'jsonpath={range .items[*]}{.status.addresses[?(@.type=="InternalIP")].address}{"\n"}{end}') || return 1
  for address in $addresses; do
    loaded "$address" "$@" || return 1
  done
}

refuse_keys() {
  fail "security.encryption.keys is $(keys_of "$TARGET" | paste -sd,), and $1" "$2" "$3; no key was touched"
}

# A machine that joins starts with what all others can read and read themselves: Secrets tell which keys that goes for.
place_encryption() {
  local in_use first file=$TARGET missing
  poll 60 "etcd to tell the keys of Secrets" read_keys_in_use
  in_use=$(cat "$IN_USE")
  first=$(keys_of "$TARGET" | head -n 1)
  missing=$(without "$in_use" "$(keys_of "$TARGET")")
  [ -z "$missing" ] || refuse_keys "Secrets are under $(paste -sd, <<<"$missing")" "every key that a Secret is under" \
    "leave it in the list, behind the others; the change after this can take it away"
  if [ -n "$in_use" ] && [ -f "$BEFORE" ] && ! grep -qxF -- "$first" <<<"$in_use"; then file=$BEFORE; fi
  place "$file" "$ENCRYPTION" 0600 || true
}

# read_new_key NODE ADDRESS: returns when the API server beside it reads the key that is to write from now on.
read_new_key() {
  local now wanted first dropped
  now=$(keys_of "$ENCRYPTION")
  wanted=$(keys_of "$TARGET")
  first=${wanted%%$'\n'*}
  [ "${now%%$'\n'*}" != "$first" ] || return 0
  dropped=$(without "$now" "$wanted")
  [ -z "$dropped" ] || refuse_keys "Secrets may still be under $(paste -sd, <<<"$dropped")" "$first before the keys that are there" \
    "put the new key first and leave the others; the change after this can take them away"
  [ "$(keys_of "$BEFORE" | head -n 1)" = "${now%%$'\n'*}" ] || refuse_keys "${now%%$'\n'*} writes now" \
    "$first, then ${now%%$'\n'*}" "put the new key right before the one that writes"
  place "$BEFORE" "$ENCRYPTION" 0600 || true
  begin "waiting for the API server of $1 to read the key $first"
  PAUSE=3 poll 200 "the API server of $1 to read the key $first" loaded "$2" "$(sum "$BEFORE")"
}

# The file as it is configured, once every API server reads what will be written, and nothing is left that it could not read.
write_with_first_key() {
  local now dropped left
  ! cmp -s "$TARGET" "$ENCRYPTION" || return 0
  PAUSE=3 poll 200 "every API server to read the key $(keys_of "$TARGET" | head -n 1)" \
    loaded_everywhere "$(sum "$ENCRYPTION")" "$(sum "$TARGET")"
  now=$(keys_of "$ENCRYPTION")
  dropped=$(without "$now" "$(keys_of "$TARGET")")
  if [ -n "$dropped" ]; then
    poll 60 "etcd to tell the keys of Secrets" read_keys_in_use
    left=$(grep -xF -f <(echo "$dropped") "$IN_USE" | paste -sd,) || true
    [ -z "$left" ] || refuse_keys "Secrets are still under $left" "a key that no Secret is under any more to be taken away" \
      "put it back, behind the others: 'pulumi up' then writes all Secrets again"
  fi
  place "$TARGET" "$ENCRYPTION" 0600 || true
}
