#!/usr/bin/env bash
# The service that approves serving certificates of kubelets, on control planes of a cluster that signs them. Sourced,
# never run.
# Input: approver/, unless kubelets sign their own.

APPROVER=kubeadm-ha-approve.service
APPROVER_SCRIPT=/usr/local/lib/kubeadm-ha/approve.sh
APPROVER_UNIT=/etc/systemd/system/$APPROVER

# Whether the service runs as configured: with these files, or not at all where there are none.
approver_is_current() {
  if [ ! -d "$INPUT/approver" ]; then
    [ ! -f "$APPROVER_UNIT" ]
    return
  fi
  cmp -s "$INPUT/approver/approve.sh" "$APPROVER_SCRIPT" && cmp -s "$INPUT/approver/$APPROVER" "$APPROVER_UNIT" &&
    systemctl is-active --quiet "$APPROVER"
}

# Runs it with the configured files, or takes it away where there are none.
approver_run() {
  if [ ! -d "$INPUT/approver" ]; then
    [ ! -f "$APPROVER_UNIT" ] || approver_remove
    return
  fi
  command -v openssl >/dev/null || fail "no openssl on $(hostname), which reads certificate requests of kubelets" "" \
    "install it, or set security.kubeletServingCertificates to false"
  ! approver_is_current || return 0
  place "$INPUT/approver/approve.sh" "$APPROVER_SCRIPT" 0755 || true
  place "$INPUT/approver/$APPROVER" "$APPROVER_UNIT" || true
  systemctl daemon-reload
  systemctl enable --quiet "$APPROVER"
  systemctl restart "$APPROVER"
}

approver_remove() {
  systemctl disable --quiet --now "$APPROVER"
  rm -f "$APPROVER_UNIT" "$APPROVER_SCRIPT"
  systemctl daemon-reload
}
