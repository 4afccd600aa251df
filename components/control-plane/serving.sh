#!/usr/bin/env bash
# The API server's certificate, when its names change. Sourced, never run. Needs lib.sh, member.sh and WANTED.

# renew_serving_certificate NODE ADDRESS: for the names that are configured now. API servers notice it by themselves.
renew_serving_certificate() {
  local node=$1 address=$2 fresh=$WANTED/pki
  (umask 077 && mkdir -p "$fresh")
  ln -s "$PKI/ca.crt" "$PKI/ca.key" "$fresh/"
  sed "s|^kind: ClusterConfiguration|&\ncertificatesDir: $fresh|" "$INPUT/kubeadm.yaml" >"$WANTED/certificates.yaml"
  logged settings kubeadm init phase certs apiserver --config "$WANTED/certificates.yaml" ||
    fail "kubeadm could not sign a certificate for the API server of $node" "" "see $LOGS/settings.log there"
  [ "$(names_in "$fresh/apiserver.crt")" != "$(names_in "$PKI/apiserver.crt")" ] || return 0
  begin "changing the names in the certificate of $node"
  place "$fresh/apiserver.key" "$PKI/apiserver.key" 0600 || true
  place "$fresh/apiserver.crt" "$PKI/apiserver.crt" 0644 || true
  poll 150 "the API server of $node to serve its new certificate" serves "$address" "$PKI/apiserver.crt"
}

names_in() {
  openssl x509 -noout -ext subjectAltName -in "$1" | tr ',' '\n' | sed 's/^ *//' | sort
}

# serves ADDRESS FILE
serves() {
  [ "$(openssl s_client -connect "$(url_host "$1"):6443" </dev/null 2>/dev/null | openssl x509 -noout -fingerprint -sha256)" = \
    "$(openssl x509 -noout -fingerprint -sha256 -in "$2")" ]
}
