#!/usr/bin/env bash
# Part of a roll-out: the API server's certificates. It notices them by itself, and is not started again for them.
# Sourced, never run.
load node backup

# What it serves with, and what it shows an external etcd.
CERTIFICATES_SERVING=$PKI/apiserver
CERTIFICATES_ETCD=apiserver-etcd-client

certificates_name() {
  echo "the certificate"
}

# kubeadm tells the names that are configured now by signing a certificate, in a directory of its own.
certificates_render() {
  local fresh=$ROLLOUT_WANTED/pki config=$ROLLOUT_WANTED/certificates.yaml
  rm -rf "$fresh"
  (umask 077 && mkdir -p "$fresh")
  ln -s "$PKI/ca.crt" "$PKI/ca.key" "$fresh/"
  rollout_certificates_in "$fresh" >"$config"
  rollout_kubeadm certs apiserver --config "$config"
}

certificates_differs() {
  local fresh=$ROLLOUT_WANTED/pki differs=()
  [ "$(certificates_names "$fresh/apiserver.crt")" = "$(certificates_names "$CERTIFICATES_SERVING.crt")" ] &&
    ! backup_has "$CERTIFICATES_SERVING.crt" || differs+=("the names in the API server's certificate")
  [ ! -f "$INPUT/pki/$CERTIFICATES_ETCD.crt" ] ||
    cmp -s "$INPUT/pki/$CERTIFICATES_ETCD.crt" "$PKI/$CERTIFICATES_ETCD.crt" ||
    differs+=("the API server's certificate for etcd")
  printf '%s' "${differs[*]}"
  [ "${#differs[@]}" != 0 ]
}

certificates_apply() {
  local fresh=$ROLLOUT_WANTED/pki file
  if [ "$(certificates_names "$fresh/apiserver.crt")" != "$(certificates_names "$CERTIFICATES_SERVING.crt")" ]; then
    backup_keep "$CERTIFICATES_SERVING.crt"
    backup_replace "$fresh/apiserver.key" "$CERTIFICATES_SERVING.key" 0600
    backup_replace "$fresh/apiserver.crt" "$CERTIFICATES_SERVING.crt" 0644
  fi
  for file in "$CERTIFICATES_ETCD".{key,crt}; do
    [ ! -f "$INPUT/pki/$file" ] || node_place_pki "$file"
  done
  certificates_await "$1" "$2"
}

# certificates_await NODE ADDRESS
certificates_await() {
  poll 150 "the API server of $1 to serve the certificate that is in place" certificates_served "$2"
}

certificates_log() {
  echo "it serves another certificate"
}

certificates_undo() {
  backup_has "$CERTIFICATES_SERVING.crt" || return 0
  backup_restore "$CERTIFICATES_SERVING.key" "$CERTIFICATES_SERVING.crt"
  certificates_await "$1" "$2"
}

certificates_names() {
  openssl x509 -noout -ext subjectAltName -in "$1" | tr ',' '\n' | sed 's/^ *//' | sort
}

# certificates_served ADDRESS
certificates_served() {
  local served
  served=$(openssl s_client -connect "$(url_host "$1"):6443" </dev/null 2>/dev/null |
    openssl x509 -noout -fingerprint -sha256) || return 1
  [ "$served" = "$(openssl x509 -noout -fingerprint -sha256 -in "$CERTIFICATES_SERVING.crt")" ]
}
